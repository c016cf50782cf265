package io.ringhaul.cli;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with jobs that are kept in a store. */
@Command(
    name = "jobs",
    description = "Lists, shows, stops, resumes and cleans up jobs.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      JobsListCommand.class,
      JobsShowCommand.class,
      JobsStopCommand.class,
      JobsResumeCommand.class,
      JobsRetryCommand.class,
      JobsRestartCommand.class,
      JobsCleanCommand.class
    })
final class JobsCommand implements Runnable {

  /** The commands that hand options on to the command that made the job. */
  private static final List<String> HAND_ON = List.of("resume", "start", "retry", "restart");

  @Spec private @Nullable CommandSpec spec;

  /** Sets what annotations cannot say, if this command is among those of the command line. */
  static void configure(CommandLine commandLine) {
    CommandLine jobs = commandLine.getSubcommands().get("jobs");
    if (jobs == null) {
      return;
    }
    for (String name : HAND_ON) {
      Objects.requireNonNull(jobs.getSubcommands().get(name), name)
          .setUnmatchedOptionsArePositionalParams(true);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "Name a command: list, show, stop, resume, retry, restart or clean");
  }
}
