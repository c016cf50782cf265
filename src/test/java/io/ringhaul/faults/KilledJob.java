package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A job of the command line that is started, killed and resumed, each time in a new process. After
 * each kill, the progress in the store must not be lower than before.
 */
final class KilledJob {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final ChildJvm jvm;
  private final JobStore store;
  private final List<String> command;
  private final List<String> defaults;
  private final UUID id = UUID.randomUUID();
  private JobFigures known = JobFigures.NONE;
  private int runs;

  /**
   * Creates a job without starting it.
   *
   * @param store the job store that the command names
   * @param command all arguments except those that name the job
   * @param defaults options of a run that has no options of its own
   */
  KilledJob(ChildJvm jvm, JobStore store, List<String> command, List<String> defaults) {
    this.jvm = jvm;
    this.store = store;
    this.command = command;
    this.defaults = defaults;
  }

  UUID id() {
    return id;
  }

  /**
   * Runs the job up to a point and kills the process there. Fails if the process does not reach the
   * point.
   */
  void killAt(KillPoint point, int hit, String... options)
      throws IOException, InterruptedException {
    try (Debugger debugger = new Debugger();
        Child child = Child.start(jvm, List.of(debugger.jvmOption()), arguments(options))) {
      if (!debugger.runTo(point, hit, PATIENCE)) {
        throw new AssertionError(
            "The process does not reach " + point + " (" + hit + ".): " + child.await());
      }
      assertThat(child.kill().exitCode()).isEqualTo(137);
    }
    runs++;
    requireProgressKept(point.name());
  }

  /**
   * Runs the job and kills the process some time after this run has completed the given number of
   * tasks.
   *
   * @param tasks 0 for a kill soon after the start
   * @return true if the process was killed; false if the job completed first
   */
  boolean killAfter(int tasks, Duration delay) throws IOException, InterruptedException {
    try (Child child = Child.start(jvm, List.of(), arguments())) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (child.isAlive() && !hasDone(tasks)) {
        child.await(PAUSE);
        assertThat(System.nanoTime()).as("the progress of %s", id).isLessThan(deadline);
      }
      if (child.await(delay)) {
        child.await().requireExit(0);
      } else {
        child.kill();
      }
    }
    runs = stored().run();
    requireProgressKept("a kill after " + tasks + " tasks and " + delay);
    return stored().status() != JobStatus.COMPLETED;
  }

  /** Runs the job to its end and requires exit code 0. */
  Child.Ended finish(String... options) throws IOException, InterruptedException {
    try (Child child = Child.start(jvm, jvm.archiving(), arguments(options))) {
      Child.Ended ended = child.await().requireExit(0);
      assertThat(stored().status()).isEqualTo(JobStatus.COMPLETED);
      return ended;
    }
  }

  /** Starts a run of the job. */
  Child start(String... options) throws IOException {
    return Child.start(jvm, List.of(), arguments(options));
  }

  /** Returns the job as stored. */
  Job stored() {
    return store.find(id).orElseThrow();
  }

  private boolean hasDone(int tasks) {
    return store
        .find(id)
        .filter(job -> job.run() > runs && job.figures().done() >= known.done() + tasks)
        .isPresent();
  }

  private void requireProgressKept(String fault) {
    JobFigures now = stored().figures();
    assertThat(now.rows()).as("rows done after %s", fault).isGreaterThanOrEqualTo(known.rows());
    known = now;
  }

  private List<String> arguments(String... options) {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--job-id", id.toString(), "--resume", "--json"));
    arguments.addAll(options.length == 0 ? defaults : List.of(options));
    return arguments;
  }
}
