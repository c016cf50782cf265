package io.ringhaul.console;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Records its calls and runs nothing. */
final class RecordingLauncher implements JobLauncher {

  private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

  List<String> calls() {
    return List.copyOf(calls);
  }

  @Override
  public Job make(List<String> command) {
    if (!command.get(0).equals("export")) {
      throw new InvalidSettingException("command", "It begins with 'export'");
    }
    return Job.pending(
        UUID.randomUUID(),
        String.join(" ", command),
        "",
        Map.of(),
        JobKind.EXPORT,
        JobDefinition.draft(command));
  }

  @Override
  public List<String> command(Job job, List<String> options) {
    calls.add("change " + job.name() + " " + options);
    List<String> command = new ArrayList<>(job.definition().command());
    command.addAll(options);
    return command;
  }

  @Override
  public void start(Job job) {
    calls.add("start " + job.name());
  }

  @Override
  public void restart(Job job) {
    calls.add("restart " + job.name());
  }

  @Override
  public void requireStartable(Job job) {
    calls.add("require " + job.name());
  }

  @Override
  public boolean cancel(Job job) {
    calls.add("cancel " + job.name());
    return false;
  }

  @Override
  public void discard(Job job) {
    calls.add("discard " + job.name());
  }
}
