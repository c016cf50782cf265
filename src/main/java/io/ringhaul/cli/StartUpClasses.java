package io.ringhaul.cli;

import io.ringhaul.job.JobStore;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Loads what commands load, so that the launcher can have the JVM list it for its archive of shared
 * classes. It takes no cluster: rows go out to each format and come back, a count begins where no
 * node listens, and the classes that only an answer would bring are loaded by their names.
 */
final class StartUpClasses {

  private static final Pattern JARS =
      Pattern.compile("(ringhaul|java-driver-core|native-protocol|netty|jackson)-.*\\.jar");

  private static final Pattern CLASS = Pattern.compile("(?!META-INF/).*(?<!-info)\\.class");

  /** After so many, methods of a row are compiled for good. */
  private static final int ROWS_FOR_PROFILES = 50_000;

  private StartUpClasses() {}

  /**
   * Takes an empty folder, in which files stay; ends the process with the exit code of a count that
   * found no node.
   */
  public static void main(String[] arguments) throws IOException {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      File file = new File(entry);
      if (JARS.matcher(file.getName()).matches()) {
        names(file).forEach(StartUpClasses::load);
      }
    }
    Path folder = Path.of(arguments[0]);
    JobStore.file(folder.resolve("jobs.db")).close();
    boolean keepsProfiles = Runtime.version().feature() >= 25;
    new FormatRehearsal(folder, keepsProfiles ? ROWS_FOR_PROFILES : 1).run();
    Main.main(new String[] {"count", "k.t", "--contact-point", "127.0.0.1:" + freePort()});
  }

  private static List<String> names(File jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar)) {
      return zip.stream()
          .map(ZipEntry::getName)
          .filter(CLASS.asMatchPredicate())
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }

  private static void load(String name) {
    try {
      Class.forName(name, false, StartUpClasses.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // It belongs to a library that is not here, so that no command will load it either.
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
