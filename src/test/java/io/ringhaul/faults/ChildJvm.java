package io.ringhaul.faults;

import io.ringhaul.cli.Main;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * Starts processes of the command line as a user would. The processes share a class data archive,
 * which requires a jar of the compiled classes, so that they start quickly.
 */
final class ChildJvm {

  private static final List<String> OPTIONS =
      List.of(
          "-Xmx256m",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

  private final Path folder;
  private final String classPath;
  private final Path archive;

  /**
   * Prepares the jar. The first process that ends normally writes the archive for the others.
   *
   * @param folder holds the jar, the archive and the output of the processes
   */
  ChildJvm(Path folder) throws IOException {
    this.folder = folder;
    this.archive = folder.resolve("classes.jsa");
    this.classPath = classPath(jar(folder.resolve("ringhaul.jar")));
  }

  /** Returns the folder for the output of the processes. */
  Path folder() {
    return folder;
  }

  /** Returns the operating system command that runs the command line with the given arguments. */
  List<String> command(List<String> jvmOptions, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    if (Files.exists(archive)) {
      command.add("-XX:SharedArchiveFile=" + archive);
    }
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, Main.class.getName()));
    command.addAll(arguments);
    return command;
  }

  /** Returns the option that makes a process write the archive at its end. */
  List<String> archiving() {
    return Files.exists(archive) ? List.of() : List.of("-XX:ArchiveClassesAtExit=" + archive);
  }

  /** Returns the class path of this process with the jar in place of the class folders. */
  private static String classPath(Path jar) {
    List<String> entries = new ArrayList<>(List.of(jar.toString()));
    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> Files.isRegularFile(Path.of(entry)))
        .forEach(entries::add);
    return String.join(File.pathSeparator, entries);
  }

  private static Path jar(Path jar) throws IOException {
    Path classes = ourClasses();
    if (Files.isRegularFile(classes)) {
      return classes;
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file);
        Stream<Path> tree = Files.walk(classes)) {
      for (Path path : tree.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new ZipEntry(classes.relativize(path).toString()));
        Files.copy(path, entries);
        entries.closeEntry();
      }
    }
    return jar;
  }

  private static Path ourClasses() {
    try {
      return Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
