package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.LastAttempt;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The behaviour that all stores share. */
abstract class JobStoreContract extends JobTelemetryContract {

  abstract boolean isDurable();

  @Test
  void keepsWhatAJobIs() {
    Job job = Jobs.export("export store.orders");
    JobStore store = store();
    assertThat(store.isDurable()).isEqualTo(isDurable());
    assertThat(store.find(job.id())).isEmpty();
    assertThat(store.partitions(job.id())).isEmpty();
    store.create(job);
    assertThat(store().find(job.id())).contains(job);
    assertThat(store.partitions(job.id())).isEmpty();
    assertThatThrownBy(() -> store.create(job))
        .isInstanceOfSatisfying(JobException.class, e -> assertThat(e.jobId()).isEqualTo(job.id()))
        .hasMessageStartingWith("There is a job " + job.id() + " in ");
  }

  @Test
  void listsTheNewestFirst() {
    JobStore store = store();
    List<Job> jobs = new ArrayList<>();
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    // Moments whose usual texts do not sort as they do.
    for (long nanos : List.of(0L, 1L, 1_000L, 10_000_000L, 500_000_000L, 1_000_000_000L)) {
      jobs.add(0, exportOf(start.plusNanos(nanos)));
    }
    for (int i : new int[] {3, 0, 5, 1, 4, 2}) {
      store.create(jobs.get(i));
    }
    assertThat(store.list().stream().filter(jobs::contains)).containsExactlyElementsOf(jobs);
  }

  private static Job exportOf(Instant created) {
    Job job = Jobs.export("job of " + created);
    return Jobs.copy(job, created, job.owner());
  }

  @Test
  void listsTheLatestAndThoseThatHaveNotEnded() {
    JobStore store = store();
    Instant start = Instant.parse("2099-01-01T00:00:00Z");
    List<UUID> ids = new ArrayList<>();
    for (int second = 3; second >= 0; second--) {
      Job job = exportOf(start.plusSeconds(second));
      store.create(job);
      ids.add(job.id());
    }
    JobRuns runs = JobRuns.of(store);
    for (int i : new int[] {0, 2}) {
      try (JobRun run = runs.begin(ids.get(i))) {
        run.stopped();
      }
    }
    try (JobRun running = runs.begin(ids.get(3))) {
      assertThat(running.job().status()).isEqualTo(JobStatus.RUNNING);
      assertThat(runs.latest(1).stream().map(Job::id).filter(ids::contains))
          .as("the newest, and older ones that are pending or run")
          .containsExactly(ids.get(0), ids.get(1), ids.get(3));
      assertThat(runs.latest(3).stream().map(Job::id).filter(ids::contains))
          .containsExactlyElementsOf(ids);
    }
    ids.forEach(store::delete);
  }

  @Test
  void aRunGoesItsWay() {
    JobStore store = store();
    Job job = created(store);
    Instant before = Instant.now().minusSeconds(1);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(run.job()).isEqualTo(store.find(job.id()).orElseThrow());
      assertThat(run.job().status()).isEqualTo(JobStatus.RUNNING);
      assertThat(run.job().run()).isEqualTo(1);
      assertThat(run.job().started().orElseThrow()).isAfter(before);
      JobOwner owner = run.job().owner().orElseThrow();
      assertThat(owner.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(owner.lastSeen()).isAfter(before);
      assertThat(run.partitions()).isEmpty();
      List<JobPartition> planned = Jobs.tiling(3, 4);
      run.plan("the plan", planned);
      assertThat(run.partitions()).isEqualTo(planned);
      assertThat(store.find(job.id()).orElseThrow().plan()).contains("the plan");
      assertThat(figures(store, job)).isEqualTo(new JobFigures(3, 0, 0, 0, 0));
      run.begun(0);
      run.begun(2);
      assertThat(statuses(store, job))
          .containsExactly(
              PartitionStatus.RUNNING, PartitionStatus.PENDING, PartitionStatus.RUNNING);
      run.done(Jobs.checkpoint(2));
      assertThat(run.rejectBytes()).isEqualTo(300);
      run.failed(0, "no luck");
      assertThat(figures(store, job)).isEqualTo(new JobFigures(3, 1, 1, 1002, 2));
      JobPartition failed = store.partitions(job.id()).get(0);
      assertThat(failed.status()).isEqualTo(PartitionStatus.FAILED);
      assertThat(failed.error()).contains("no luck");
      run.begun(0);
      assertThat(store.partitions(job.id()).get(0).attempt()).isEqualTo(2);
      run.done(Jobs.checkpoint(0));
      Instant begun = Instant.ofEpochMilli(System.currentTimeMillis());
      run.begun(1, OptionalInt.of(3), Optional.of("[::1]:9042"));
      LastAttempt lastAttempt = store().partitions(job.id()).get(1).lastAttempt().orElseThrow();
      assertThat(lastAttempt.begun()).isBetween(begun, Instant.now());
      assertThat(lastAttempt)
          .isEqualTo(
              new LastAttempt(
                  lastAttempt.begun(),
                  Optional.empty(),
                  OptionalInt.of(3),
                  Optional.of("[::1]:9042")));
      run.done(Jobs.checkpoint(1));
      Instant ended =
          store.partitions(job.id()).get(1).lastAttempt().orElseThrow().ended().orElseThrow();
      assertThat(ended).isBetween(lastAttempt.begun(), Instant.now());
      run.done(Jobs.checkpoint(1));
      // A checkpoint that names a shorter file does not take lines of another partition away.
      assertThat(run.rejectBytes()).isEqualTo(300);
      assertThat(store.partitions(job.id()).get(1))
          .isEqualTo(
              new JobPartition(
                  1,
                  PartitionStatus.DONE,
                  1,
                  planned.get(1).tokens(),
                  Optional.empty(),
                  1001,
                  1L << 40,
                  1,
                  Jobs.checkpoint(1).outputs(),
                  Optional.empty(),
                  Optional.of(
                      new LastAttempt(
                          lastAttempt.begun(),
                          Optional.of(ended),
                          lastAttempt.worker(),
                          lastAttempt.replica()))));
      assertThat(run.beat()).isFalse();
      run.completed();
    }
    Job completed = store().find(job.id()).orElseThrow();
    assertThat(completed.status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(completed.completed()).isPresent();
    assertThat(completed.error()).isEmpty();
    assertThat(completed.figures()).isEqualTo(new JobFigures(3, 3, 0, 3003, 3));
    assertThatThrownBy(() -> JobRuns.of(store).begin(job.id()))
        .isInstanceOf(JobException.class)
        .hasMessage("Job " + job.id() + " is completed; reset the job to run it again");
  }

  @Test
  void partsOfASourceKeepTheirUnitAndSize() {
    JobStore store = store();
    Job job = created(store);
    List<JobPartition> planned =
        List.of(
            JobPartition.ofSource(0, "{\"file\":\"ä 'b'.csv\",\"from\":0}", 77),
            JobPartition.ofSource(5, "", 0));
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("", planned);
      assertThat(run.partitions()).isEqualTo(planned);
      run.begun(0);
      run.done(new Checkpoint(0, 1, 99, 0, List.of(), 0));
      run.stopped();
    }
    assertThat(store.partitions(job.id()).get(0).bytes()).isEqualTo(99);
    assertThat(store.partitions(job.id()).get(0).lastAttempt().orElseThrow().ended()).isPresent();
    store.reset(job.id(), 0);
    assertThat(store.partitions(job.id()).get(0).lastAttempt()).isEmpty();
    assertThat(store.partitions(job.id()).get(0).unit()).isEqualTo(planned.get(0).unit());
    assertThat(store.partitions(job.id()).get(1)).isEqualTo(planned.get(1));
  }

  @Test
  void aFailedRunIsTakenUpAgain() {
    JobStore store = store();
    Job job = created(store);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("p", Jobs.tiling(4, 1));
      for (int i = 0; i < 3; i++) {
        run.begun(i);
      }
      run.done(Jobs.checkpoint(0));
      run.failed(1, "unreadable");
      run.failed("the ring is broken");
    }
    Job failed = store.find(job.id()).orElseThrow();
    assertThat(failed.status()).isEqualTo(JobStatus.FAILED);
    assertThat(failed.error()).contains("the ring is broken");
    assertThat(failed.completed()).isPresent();
    assertThat(failed.figures()).isEqualTo(new JobFigures(4, 1, 1, 1000, 0));
    assertThat(statuses(store, job))
        .containsExactly(
            PartitionStatus.DONE,
            PartitionStatus.FAILED,
            PartitionStatus.PENDING,
            PartitionStatus.PENDING);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(run.job().run()).isEqualTo(2);
      assertThat(run.job().started()).isEqualTo(failed.started());
      assertThat(run.job().completed()).isEmpty();
      assertThat(run.job().error()).isEmpty();
      assertThat(run.job().plan()).contains("p");
      assertThat(run.rejectBytes()).isEqualTo(100);
      assertThat(figures(store, job)).isEqualTo(new JobFigures(4, 1, 0, 1000, 0));
      assertThat(statuses(store, job))
          .containsExactly(
              PartitionStatus.DONE,
              PartitionStatus.PENDING,
              PartitionStatus.PENDING,
              PartitionStatus.PENDING);
      assertThat(run.partitions().get(1).error()).contains("unreadable");
    }
  }

  @Test
  void timeBetweenRunsIsNotRunTime() {
    JobStore store = store();
    Job job = created(store);
    assertThat(job.runStarted()).isEmpty();
    assertThat(job.runTime()).isZero();
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(run.job().runStarted()).isEqualTo(run.job().started());
      run.beat();
      run.failed("the ring is broken");
    }
    Job failed = store.find(job.id()).orElseThrow();
    assertThat(failed.runTime()).isEqualTo(runTime(failed));
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(run.job().runStarted().orElseThrow())
          .isAfterOrEqualTo(failed.completed().orElseThrow());
      run.beat();
      run.stopped();
    }
    Job stopped = store.find(job.id()).orElseThrow();
    assertThat(stopped.runTime()).isEqualTo(failed.runTime().plus(runTime(stopped)));
    store.requestStop(job.id());
    assertThat(store.find(job.id())).contains(stopped);
  }

  private static Duration runTime(Job job) {
    return Duration.between(job.runStarted().orElseThrow(), job.completed().orElseThrow());
  }

  @Test
  void runOfDeadProcessCountsUntilItsLastReport() {
    JobStore store = store();
    Job job = created(store);
    JobRun lost = JobRuns.of(store(Jobs.distantProcess("far"))).begin(job.id());
    lost.beat();
    Duration known = store.find(job.id()).orElseThrow().runTime();
    silent(job.id(), 62);
    store.requestStop(job.id());
    assertThat(store.find(job.id()).orElseThrow().runTime()).isEqualTo(known);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(run.job().runTime()).isEqualTo(known);
    }
  }

  @Test
  void aNewPlanReplacesWhatIsNotDone() {
    JobStore store = store();
    Job job = created(store);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("first", Jobs.tiling(4, 1));
      run.begun(1);
      run.done(Jobs.checkpoint(1));
      run.begun(3);
      List<TokenRange> rest = List.of(new TokenRange(1, 5), new TokenRange(Long.MAX_VALUE, -7));
      JobPartition added = JobPartition.ofTokens(0, rest);
      assertThatThrownBy(() -> run.plan("no", List.of(JobPartition.ofTokens(1, rest))))
          .isInstanceOf(JobException.class)
          .hasMessage("Partition number 1 of job " + job.id() + " is taken or negative");
      assertThatThrownBy(() -> run.plan("no", List.of(added, added)))
          .isInstanceOf(JobException.class);
      assertThatThrownBy(() -> run.plan("no", List.of(JobPartition.ofTokens(-1, rest))))
          .isInstanceOf(JobException.class);
      assertThat(run.partitions()).hasSize(4);
      assertThat(store.find(job.id()).orElseThrow().plan()).contains("first");
      run.plan("second", List.of(JobPartition.ofTokens(7, rest), added));
      assertThat(run.partitions()).extracting(JobPartition::number).containsExactly(0, 1, 7);
      assertThat(run.partitions().get(0)).isEqualTo(added);
      assertThat(run.partitions().get(1).outputs()).isEqualTo(Jobs.checkpoint(1).outputs());
      assertThat(figures(store, job)).isEqualTo(new JobFigures(3, 1, 0, 1001, 1));
      run.plan("third", List.of());
      assertThat(figures(store, job)).isEqualTo(new JobFigures(1, 1, 0, 1001, 1));
      run.completed();
    }
  }

  @Test
  void aPartitionHandsAPartOfItsTokensOver() {
    JobStore store = store();
    Job job = created(store);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      List<JobPartition> planned = Jobs.tiling(2, 1);
      TokenRange whole = planned.get(1).tokens().get(0);
      long middle = whole.startExclusive() + 1_000;
      List<TokenRange> kept = List.of(new TokenRange(whole.startExclusive(), middle));
      List<JobPartition> rest =
          List.of(
              JobPartition.ofTokens(5, List.of(new TokenRange(middle, middle + 7))),
              JobPartition.ofTokens(2, List.of(new TokenRange(middle + 7, whole.endInclusive()))));
      run.plan("p", planned);
      assertThatThrownBy(() -> run.split(1, kept, rest))
          .isInstanceOf(JobException.class)
          .hasMessage("Partition 1 of job " + job.id() + " cannot be split: it is PENDING");
      run.begun(1);
      String prefix = "Partition 1 of job " + job.id() + " cannot be split: ";
      assertThatThrownBy(() -> run.split(1, kept, rest.subList(0, 1)))
          .isInstanceOf(JobException.class)
          .hasMessage(prefix + "the parts do not cover each of its tokens exactly once");
      assertThatThrownBy(() -> run.split(1, List.of(whole), rest))
          .hasMessageStartingWith(prefix + "the parts");
      assertThatThrownBy(
              () -> run.split(1, kept, List.of(JobPartition.ofTokens(0, List.of(whole)))))
          .hasMessage(prefix + "number 0 is taken or negative");
      assertThat(run.partitions().get(1).tokens()).isEqualTo(planned.get(1).tokens());
      LastAttempt lastAttempt = run.partitions().get(1).lastAttempt().orElseThrow();
      run.split(1, kept, rest);
      run.split(1, kept, rest);
      assertThat(figures(store, job)).isEqualTo(new JobFigures(4, 0, 0, 0, 0));
      assertThat(run.partitions()).extracting(JobPartition::number).containsExactly(0, 1, 2, 5);
      assertThat(run.partitions().get(1))
          .isEqualTo(Changes.keeping(Changes.begunAgain(planned.get(1), lastAttempt), kept));
      assertThat(run.partitions().get(3)).isEqualTo(rest.get(0));
      for (int number : new int[] {5, 2}) {
        run.begun(number);
        run.done(Jobs.checkpoint(number));
      }
      run.done(Jobs.checkpoint(1));
      assertThatThrownBy(() -> run.split(1, List.of(), List.of()))
          .hasMessage(prefix + "it is DONE");
      assertThat(run.partitions().get(1).tokens()).isEqualTo(kept);
    }
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(figures(store, job).done()).isEqualTo(3);
      assertThat(run.partitions().get(1).tokens()).hasSize(1);
    }
  }

  @Test
  void partitionsOfOtherProcessesAreBegunAndDoneTogether() {
    JobStore store = store();
    Job job = created(store);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("", Jobs.tiling(4, 2));
      List<Checkpoint> checkpoints = List.of(Jobs.checkpoint(2), Jobs.checkpoint(0));
      run.ran(checkpoints);
      run.ran(checkpoints);
      List<JobPartition> partitions = store.partitions(job.id());
      assertThat(partitions.get(0).status()).isEqualTo(PartitionStatus.DONE);
      assertThat(partitions.get(0).attempt()).isEqualTo(1);
      assertThat(partitions.get(0).lastAttempt().orElseThrow().ended()).isPresent();
      assertThat(partitions.get(0).outputs()).isEqualTo(Jobs.checkpoint(0).outputs());
      assertThat(partitions.get(2).status()).isEqualTo(PartitionStatus.DONE);
      assertThat(figures(store, job).done()).isEqualTo(2);
      run.done(Jobs.checkpoint(2));
      run.begun(1);
      run.done(Jobs.checkpoint(1));
      assertThat(figures(store, job))
          .isEqualTo(
              new JobFigures(
                  4,
                  3,
                  0,
                  Stream.of(0, 1, 2).mapToLong(each -> Jobs.checkpoint(each).rows()).sum(),
                  Stream.of(0, 1, 2)
                      .mapToLong(each -> Jobs.checkpoint(each).rejectedRows())
                      .sum()));
      run.stopped();
    }
  }

  @Test
  void aPartitionThatIsDoneStaysSo() {
    JobStore store = store();
    Job job = created(store);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("p", Jobs.tiling(2, 1));
      assertThatThrownBy(() -> run.done(Jobs.checkpoint(0)))
          .isInstanceOf(JobException.class)
          .hasMessage("Partition 0 of job " + job.id() + " has not started and cannot be done");
      run.begun(0);
      run.done(Jobs.checkpoint(0));
      run.done(Jobs.checkpoint(0));
      Checkpoint other = new Checkpoint(0, 1, 1, 0, List.of(), 10_000);
      assertThatThrownBy(() -> run.done(other))
          .isInstanceOf(JobException.class)
          .hasMessage("Partition 0 of job " + job.id() + " is already done");
      assertThatThrownBy(() -> run.begun(0)).isInstanceOf(JobException.class);
      assertThatThrownBy(() -> run.failed(0, "late")).isInstanceOf(JobException.class);
      assertThatThrownBy(() -> run.begun(2))
          .isInstanceOf(JobException.class)
          .hasMessage("Job " + job.id() + " has no partition 2");
      assertThatThrownBy(run::completed)
          .isInstanceOf(JobException.class)
          .hasMessage("Job " + job.id() + " cannot be completed; partitions not done: 1");
      run.begun(1);
      run.failed(1, "given up");
      assertThatThrownBy(() -> run.done(Jobs.checkpoint(1))).isInstanceOf(JobException.class);
      assertThat(figures(store, job)).isEqualTo(new JobFigures(2, 1, 1, 1000, 0));
      assertThat(run.rejectBytes()).isEqualTo(100);
      assertThat(run.partitions().get(0).rows()).isEqualTo(1000);
    }
  }

  @Test
  void aJobIsOneRunsAtATime() {
    JobStore store = store();
    JobStore another = store();
    Job job = created(store);
    JobRun run = JobRuns.of(store).begin(job.id());
    long pid = ProcessHandle.current().pid();
    for (JobStore each : List.of(store, another, store(Jobs.deadProcess()))) {
      assertThatThrownBy(() -> JobRuns.of(each).begin(job.id()))
          .isInstanceOfSatisfying(
              JobException.class, e -> assertThat(e.jobId()).isEqualTo(job.id()))
          .hasMessageStartingWith("Process " + pid + " on ")
          .hasMessageEndingWith(
              " runs job " + job.id() + "; stop the job and wait for the end of its run");
      assertThatThrownBy(() -> each.reset(job.id())).isInstanceOf(JobException.class);
      assertThatThrownBy(() -> each.reset(job.id(), 0)).isInstanceOf(JobException.class);
      assertThatThrownBy(() -> each.delete(job.id())).isInstanceOf(JobException.class);
    }
    run.plan("p", Jobs.tiling(1, 1));
    run.begun(0);
    run.close();
    run.close();
    assertThat(store.find(job.id()).orElseThrow().status()).isEqualTo(JobStatus.RUNNING);
    JobRun next = JobRuns.of(another).begin(job.id());
    assertThat(next.job().run()).isEqualTo(2);
    assertThat(next.partitions().get(0).status()).isEqualTo(PartitionStatus.PENDING);
    assertThat(next.partitions().get(0).attempt()).isEqualTo(1);
    String message =
        "Run 1 of job "
            + job.id()
            + " can no longer change the job: process "
            + pid
            + " on "
            + next.job().owner().orElseThrow().host()
            + " took over the job with run 2";
    List<Runnable> calls =
        List.of(
            run::beat,
            run::partitions,
            () -> run.plan("x", List.of()),
            () -> run.begun(0),
            () -> run.done(Jobs.checkpoint(0)),
            () -> run.failed(0, "x"),
            run::completed,
            run::stopped,
            () -> run.failed("x"));
    for (Runnable each : calls) {
      assertThatThrownBy(each::run).isInstanceOf(JobException.class).hasMessage(message);
    }
    run.close();
    assertThat(next.beat()).isFalse();
    next.begun(0);
    next.close();
  }

  @Test
  void aDeadProcessLosesItsJobAtOnce() {
    JobStore dead = store(Jobs.deadProcess());
    JobStore store = store();
    Job job = created(store);
    JobRun lost = JobRuns.of(dead).begin(job.id());
    lost.plan("p", Jobs.tiling(2, 1));
    lost.begun(0);
    lost.begun(1);
    lost.done(Jobs.checkpoint(1));
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(run.partitions())
          .extracting(JobPartition::status)
          .containsExactly(PartitionStatus.PENDING, PartitionStatus.DONE);
      assertThatThrownBy(() -> lost.done(Jobs.checkpoint(0))).isInstanceOf(JobException.class);
      assertThatThrownBy(lost::beat).isInstanceOf(JobException.class);
      run.begun(0);
      run.done(Jobs.checkpoint(0));
      run.completed();
    }
  }

  @Test
  void aDistantProcessLosesItsJobAfterAMinuteOfSilence() {
    JobStore store = store();
    Job job = created(store);
    JobRun distant = JobRuns.of(store(Jobs.distantProcess("far"))).begin(job.id());
    assertThatThrownBy(() -> JobRuns.of(store).begin(job.id()))
        .isInstanceOf(JobException.class)
        .hasMessageStartingWith("Process 1 on far runs job " + job.id() + ", last seen ")
        .hasMessageEndingWith("or, if that process is dead, wait 60 s");
    silent(job.id(), 40);
    assertThatThrownBy(() -> JobRuns.of(store).begin(job.id())).isInstanceOf(JobException.class);
    silent(job.id(), 62);
    assertThat(distant.beat()).isFalse();
    assertThatThrownBy(() -> JobRuns.of(store).begin(job.id())).isInstanceOf(JobException.class);
    silent(job.id(), 62);
    JobRun run = JobRuns.of(store).begin(job.id());
    assertThatThrownBy(distant::beat).isInstanceOf(JobException.class);
    run.close();
  }

  @Test
  void aRunIsAskedToStop() {
    JobStore store = store();
    Job job = created(store);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("p", Jobs.tiling(2, 1));
      run.begun(0);
      run.begun(1);
      store().requestStop(job.id());
      assertThat(store.find(job.id()).orElseThrow().status()).isEqualTo(JobStatus.STOPPING);
      assertThat(run.beat()).isTrue();
      run.done(Jobs.checkpoint(1));
      run.stopped();
    }
    Job stopped = store.find(job.id()).orElseThrow();
    assertThat(stopped.status()).isEqualTo(JobStatus.STOPPED);
    assertThat(stopped.completed()).isPresent();
    assertThat(statuses(store, job)).containsExactly(PartitionStatus.PENDING, PartitionStatus.DONE);
    store.requestStop(job.id());
    assertThat(store.find(job.id())).contains(stopped);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(run.beat()).isFalse();
      run.begun(0);
      run.done(Jobs.checkpoint(0));
      store.requestStop(job.id());
      // It was done before it saw that it was to stop.
      run.completed();
    }
    Job completed = store.find(job.id()).orElseThrow();
    assertThat(completed.status()).isEqualTo(JobStatus.COMPLETED);
    store.requestStop(job.id());
    assertThat(store.find(job.id())).contains(completed);
  }

  @Test
  void aJobThatNobodyWorksOnIsStoppedAtOnce() {
    JobStore store = store();
    Job pending = created(store);
    store.requestStop(pending.id());
    assertThat(store.find(pending.id()).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
    Job abandoned = created(store);
    JobRun lost = JobRuns.of(store(Jobs.deadProcess())).begin(abandoned.id());
    lost.plan("p", Jobs.tiling(1, 1));
    lost.begun(0);
    store.requestStop(abandoned.id());
    assertThat(store.find(abandoned.id()).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
    assertThat(statuses(store, abandoned)).containsExactly(PartitionStatus.PENDING);
    assertThatThrownBy(lost::beat)
        .isInstanceOf(JobException.class)
        .hasMessage(
            "Run 1 of job "
                + abandoned.id()
                + " can no longer change the job: the run has ended, or another process took over"
                + " the job because this process seemed dead");
    JobRuns.of(store).begin(pending.id()).close();
  }

  @Test
  void aPartitionIsDoneOnceMore() {
    JobStore store = store();
    Job job = created(store);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("p", Jobs.tiling(3, 1));
      for (int i = 0; i < 3; i++) {
        run.begun(i);
      }
      run.done(Jobs.checkpoint(1));
      run.done(Jobs.checkpoint(2));
      run.failed(0, "why");
      run.failed("gone");
    }
    JobPartition before = store.partitions(job.id()).get(2);
    store.reset(job.id(), 2);
    store.reset(job.id(), 0);
    assertThat(store.partitions(job.id()).get(2)).isEqualTo(Changes.undone(before));
    assertThat(statuses(store, job))
        .containsExactly(PartitionStatus.PENDING, PartitionStatus.DONE, PartitionStatus.PENDING);
    assertThat(figures(store, job)).isEqualTo(new JobFigures(3, 1, 0, 1001, 1));
    assertThatThrownBy(() -> store.reset(job.id(), 3))
        .isInstanceOf(JobException.class)
        .hasMessage("Job " + job.id() + " has no partition 3");
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      for (int i : new int[] {0, 2}) {
        run.begun(i);
        run.done(Jobs.checkpoint(i));
      }
      run.completed();
    }
    assertThatThrownBy(() -> store.reset(job.id(), 1))
        .isInstanceOf(JobException.class)
        .hasMessageStartingWith(
            "Job " + job.id() + " is completed: the output of partition 1 belongs to the result");
  }

  @Test
  void aJobIsForgotten() {
    JobStore store = store();
    Job job = created(store);
    Job other = created(store);
    for (Job each : List.of(job, other)) {
      try (JobRun run = JobRuns.of(store).begin(each.id())) {
        run.plan("p", Jobs.tiling(1, 1));
        run.begun(0);
        run.done(Jobs.checkpoint(0));
        run.completed();
      }
    }
    List<JobPartition> others = store.partitions(other.id());
    store.reset(job.id());
    Job reset = store.find(job.id()).orElseThrow();
    assertThat(reset)
        .isEqualTo(
            new Job(
                job.id(),
                job.name(),
                job.description(),
                job.labels(),
                job.kind(),
                JobStatus.PENDING,
                job.created(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO,
                JobFigures.NONE,
                job.definition(),
                Optional.empty(),
                1,
                Optional.empty(),
                Optional.empty()));
    assertThat(store.partitions(job.id())).isEmpty();
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      assertThat(run.job().run()).isEqualTo(2);
      assertThat(run.rejectBytes()).isZero();
      run.plan("p", Jobs.tiling(1, 1));
    }
    store.delete(job.id());
    assertThat(store.find(job.id())).isEmpty();
    assertThat(store.partitions(job.id())).isEmpty();
    assertThat(store.partitions(other.id())).isEqualTo(others);
    Map<String, Function<UUID, Object>> calls =
        Map.of(
            "begin", JobRuns.of(store)::begin,
            "stop",
                id -> {
                  store.requestStop(id);
                  return id;
                },
            "reset",
                id -> {
                  store.reset(id);
                  return id;
                },
            "reset one",
                id -> {
                  store.reset(id, 0);
                  return id;
                },
            "delete",
                id -> {
                  store.delete(id);
                  return id;
                });
    calls.forEach(
        (name, call) ->
            assertThatThrownBy(() -> call.apply(job.id()))
                .as(name)
                .isInstanceOfSatisfying(
                    JobException.class, e -> assertThat(e.jobId()).isEqualTo(job.id()))
                .hasMessageStartingWith("There is no job " + job.id() + " in "));
  }

  @Test
  void aRunWhoseJobIsGoneSaysSo() {
    JobStore store = store();
    Job job = created(store);
    JobRun lost = JobRuns.of(store(Jobs.deadProcess())).begin(job.id());
    store.delete(job.id());
    assertThatThrownBy(lost::beat)
        .isInstanceOf(JobException.class)
        .hasMessage("Job " + job.id() + " has been deleted");
    lost.close();
  }

  @Test
  void oneOfManyBeginsWins() {
    Job job = created(store());
    List<JobStore> stores = List.of(store(), store(), store());
    AtomicInteger refused = new AtomicInteger();
    List<JobRun> won =
        inParallel(
            9,
            i -> {
              try {
                return Optional.of(JobRuns.of(stores.get(i % 3)).begin(job.id()));
              } catch (JobException e) {
                refused.incrementAndGet();
                return Optional.<JobRun>empty();
              }
            });
    assertThat(won).hasSize(1);
    assertThat(refused).hasValue(8);
    won.forEach(JobRun::close);
  }

  @Test
  void threadsShareARun() {
    JobStore store = store();
    Job job = created(store);
    int count = 40;
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("p", Jobs.tiling(count, 1));
      inParallel(
          8,
          thread -> {
            for (int i = thread; i < count; i += 8) {
              run.begun(i);
              run.beat();
              run.done(Jobs.checkpoint(i));
            }
            return Optional.empty();
          });
      run.completed();
    }
    long rows = IntStream.range(0, count).mapToLong(i -> Jobs.checkpoint(i).rows()).sum();
    long rejected = IntStream.range(0, count).mapToLong(i -> i % 3).sum();
    assertThat(figures(store, job)).isEqualTo(new JobFigures(count, count, 0, rows, rejected));
    for (JobPartition each : store.partitions(job.id())) {
      assertThat(each.outputs()).isEqualTo(Jobs.checkpoint(each.number()).outputs());
    }
  }

  private static <T> List<T> inParallel(int threads, Function<Integer, Optional<T>> work) {
    List<CompletableFuture<Optional<T>>> all =
        IntStream.range(0, threads)
            .mapToObj(
                i -> {
                  CompletableFuture<Optional<T>> result = new CompletableFuture<>();
                  new Thread(
                          () -> {
                            try {
                              result.complete(work.apply(i));
                            } catch (RuntimeException | Error e) {
                              result.completeExceptionally(e);
                            }
                          })
                      .start();
                  return result;
                })
            .toList();
    return all.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();
  }

  private static JobFigures figures(JobStore store, Job job) {
    return store.find(job.id()).orElseThrow().figures();
  }

  private static List<PartitionStatus> statuses(JobStore store, Job job) {
    return store.partitions(job.id()).stream().map(JobPartition::status).toList();
  }
}
