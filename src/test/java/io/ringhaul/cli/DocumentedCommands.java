package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What tests of the pages ask of the command line. */
public final class DocumentedCommands {

  private static final Pattern BLANKS =
      Pattern.compile(" +(?=(?:[^'\"]*['\"][^'\"]*['\"])*[^'\"]*$)");

  private static final Pattern PIPES = Pattern.compile(" \\| ");

  private DocumentedCommands() {}

  /**
   * Checks that a line of a shell is a command with existing options and valid values, or a pipe of
   * such commands.
   */
  public static void assertParses(String description, String line) {
    PIPES
        .splitAsStream(line.replaceFirst(" #.*", "").replaceFirst(" [<>] [\\w.]+$", ""))
        .filter(command -> command.contains("ringhaul "))
        .forEach(command -> assertCommandParses(description, command));
  }

  private static void assertCommandParses(String description, String command) {
    String[] words =
        BLANKS
            .splitAsStream(command.strip())
            .skip(1)
            .map(word -> word.replaceAll("['\"]", ""))
            .toArray(String[]::new);
    assertThatCode(() -> Main.commandLine(words).parseArgs(words))
        .as(description)
        .doesNotThrowAnyException();
  }

  /** All exit codes. */
  public static List<Integer> exitCodes() {
    return Stream.of(
            IntStream.of(
                ExitCode.DONE,
                ExitCode.FAILED,
                ExitCode.WRONG_USAGE,
                ExitCode.INCOMPLETE,
                ExitCode.STOPPED,
                ExitCode.READER_GONE))
        .flatMap(IntStream::boxed)
        .toList();
  }
}
