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
 * How processes of the command line are started: as users start them, but quickly, since a test
 * needs many of them. They share an archive of loaded classes, which takes a jar of our classes.
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
   * Prepares the starts; the first process that ends by itself makes the archive for the others.
   *
   * @param folder for the jar, the archive, and what the processes print
   */
  ChildJvm(Path folder) throws IOException {
    this.folder = folder;
    this.archive = folder.resolve("classes.jsa");
    this.classPath = classPath(jar(folder.resolve("ringhaul.jar")));
  }

  /** Where processes leave what they print. */
  Path folder() {
    return folder;
  }

  /** The command that runs the command line with these arguments. */
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

  /** The option of a process that is to make the archive at its end. */
  List<String> archiving() {
    return Files.exists(archive) ? List.of() : List.of("-XX:ArchiveClassesAtExit=" + archive);
  }

  /** The class path of this process, with the jar for the folders of classes. */
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
