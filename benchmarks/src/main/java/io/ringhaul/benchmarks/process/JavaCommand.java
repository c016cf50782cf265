package io.ringhaul.benchmarks.process;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The command line of a Java program. */
final class JavaCommand {

  private final Path java;
  private final List<String> options;
  private final String classPath;

  /**
   * Creates the command.
   *
   * @param options JVM options in addition to those of the {@link Jvm}
   */
  JavaCommand(Jvm jvm, List<String> options, String classPath) {
    this.java = jvm.java();
    this.options = new ArrayList<>(options);
    this.options.addAll(jvm.options());
    // Uses absolute paths, because each process has its own working folder.
    this.classPath =
        Arrays.stream(classPath.split(File.pathSeparator, -1))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
  }

  List<String> of(String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, mainClass));
    command.addAll(arguments);
    return command;
  }
}
