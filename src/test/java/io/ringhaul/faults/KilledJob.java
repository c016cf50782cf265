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
 * A job of the command line that is begun, killed and resumed, each time by a process of its own.
 * After each kill the store must know at least of what it knew before.
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
   * A job that is not begun.
   *
   * @param store the same as the command names
   * @param command all arguments but those that name the job
   * @param defaults further options, for a run that is not given others
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

  /** Runs the job up to a point and kills it there; fails if it does not come there. */
  void killAt(KillPoint point, int hit, String... options)
      throws IOException, InterruptedException {
    try (Debugger debugger = new Debugger();
        Child child = Child.start(jvm, List.of(debugger.jvmOption()), arguments(options))) {
      if (!debugger.runTo(point, hit, PATIENCE)) {
        throw new AssertionError(
            "It never comes to " + point + " (" + hit + ".): " + child.await());
      }
      assertThat(child.kill().exitCode()).isEqualTo(137);
    }
    runs++;
    requireProgressKept(point.name());
  }

  /**
   * Runs the job and kills it some time after it has begun.
   *
   * @return whether it was killed; if not, it is done
   */
  boolean killAfter(Duration delay, String... options) throws IOException, InterruptedException {
    try (Child child = Child.start(jvm, List.of(), arguments(options))) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!isBegun()) {
        if (child.await(PAUSE)) {
          child.await().requireExit(0);
          break;
        }
        assertThat(System.nanoTime()).as("begin of %s", id).isLessThan(deadline);
      }
      if (child.await(delay)) {
        child.await().requireExit(0);
      } else {
        child.kill();
      }
    }
    runs = stored().run();
    requireProgressKept("a kill after " + delay);
    return stored().status() != JobStatus.COMPLETED;
  }

  /** Runs the job to its end, which must be a good one. */
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

  /** What the store has of it. */
  Job stored() {
    return store.find(id).orElseThrow();
  }

  private boolean isBegun() {
    return store.find(id).filter(job -> job.run() > runs).isPresent();
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
