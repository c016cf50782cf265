package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The behaviour of telemetry that all stores share. */
abstract class JobTelemetryContract {

  /** A whole minute. */
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final String ODD = "für «alle» \u4e16\uD83D\uDE00\n, 'quoted' \"twice\" \\ %";

  private final List<AutoCloseable> opened = new ArrayList<>();

  /** The data of this test, each time through a way of its own. */
  abstract StoreDatabase connect();

  final JobStore store() {
    return store(LocalProcess.current());
  }

  final JobStore store(LocalProcess process) {
    JobStore store = new StoredJobs(connect(), process);
    opened.add(store);
    return store;
  }

  @AfterEach
  final void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  static Job created(JobStore store) {
    Job job = Jobs.export("job");
    store.create(job);
    return store.find(job.id()).orElseThrow();
  }

  /** Moves the moment at which the owner was last seen back. */
  final void silent(UUID id, long seconds) {
    StoreDatabase database = connect();
    opened.add(database);
    database.write(
        handle -> {
          JobState state = JobRows.lock(handle, id).orElseThrow();
          state.claim =
              Objects.requireNonNull(state.claim).seen(database.now(handle).minusSeconds(seconds));
          JobRows.update(handle, id, state);
          return true;
        });
  }

  @Test
  void tellsLastMetricsOfCompletedJobs() {
    JobStore store = store();
    Job running = created(store);
    JobTelemetry telemetry = JobTelemetry.of(store);
    telemetry.add(
        running.id(), MetricKind.PERFORMANCE, List.of(Metric.of(START, "job", "rows", 1)));
    Job job = created(store);
    Metric last = Metric.of(START.plusSeconds(1), "job", "rows", 2);
    Metric first = Metric.of(START.plusSeconds(1), "limited_overall:cluster", "share", 0.8);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan("p", List.of());
      telemetry.add(job.id(), MetricKind.PERFORMANCE, List.of(Metric.of(START, "job", "rows", 1)));
      telemetry.add(job.id(), MetricKind.PERFORMANCE, List.of(last, first));
      run.completed();
    }
    assertThat(telemetry.latestOfCompleted(MetricKind.RESOURCE).get(job.id())).isNull();
    Map<UUID, List<Metric>> latest = telemetry.latestOfCompleted(MetricKind.PERFORMANCE);
    assertThat(latest).doesNotContainKey(running.id());
    assertThat(latest.get(job.id())).contains(last, first);
  }

  @Test
  void keepsMetrics() {
    JobStore store = store();
    UUID job = created(store).id();
    UUID other = created(store).id();
    Metric rows = Metric.of(START.plusMillis(1), "job", "rows", 0.1 + 0.2);
    Metric part =
        new Metric(START.plusMillis(1), "job", "rows", -1e300, OptionalInt.of(7), Optional.of(ODD));
    Metric node = Metric.of(START.plusMillis(2), "node:" + ODD, "p99_ms", Double.MIN_VALUE);
    JobTelemetry.of(store)
        .add(
            job,
            MetricKind.PERFORMANCE,
            List.of(
                node,
                part,
                rows,
                Metric.of(START, "job", "lost", Double.NaN),
                Metric.of(START, "job", "lost", Double.NEGATIVE_INFINITY)));
    Metric heap = Metric.of(START, "heap", "used_bytes", 1L << 53);
    JobTelemetry.of(store).add(job, MetricKind.RESOURCE, List.of(heap));
    JobTelemetry.of(store).add(other, MetricKind.RESOURCE, List.of());
    JobTelemetry telemetry = JobTelemetry.of(store());
    assertThat(telemetry.metrics(all(job, MetricKind.PERFORMANCE)))
        .containsExactly(rows, part, node);
    assertThat(telemetry.metrics(all(job, MetricKind.RESOURCE))).containsExactly(heap);
    assertThat(telemetry.metrics(all(other, MetricKind.PERFORMANCE))).isEmpty();
    assertThat(
            telemetry.metrics(
                query(job, Optional.of("job"), Optional.of("rows"), Instant.MIN, Instant.MAX, 9)))
        .containsExactly(rows, part);
    assertThat(
            telemetry.metrics(
                query(job, Optional.of("node:" + ODD), Optional.empty(), START, Instant.MAX, 9)))
        .containsExactly(node);
    assertThat(
            telemetry.metrics(
                query(job, Optional.empty(), Optional.of("rows"), START, node.time(), 1)))
        .containsExactly(part);
    assertThat(
            telemetry.metrics(
                query(job, Optional.empty(), Optional.empty(), node.time(), Instant.MAX, 9)))
        .containsExactly(node);
    assertThatThrownBy(() -> query(job, Optional.empty(), Optional.empty(), START, START, 0))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void replacesCharactersThatNoDatabaseTakes() {
    JobStore store = store();
    UUID job = created(store).id();
    JobTelemetry.of(store)
        .add(job, MetricKind.RESOURCE, List.of(Metric.of(START, "a\u0000b", "c\uD83D", 1)));
    JobTelemetry.of(store)
        .put(job, profile(JobProfile.State.FAILED, Optional.empty(), Optional.of("\u0000")));
    assertThat(JobTelemetry.of(store).metrics(all(job, MetricKind.RESOURCE)))
        .containsExactly(Metric.of(START, "a\uFFFDb", "c\uFFFD", 1));
    assertThat(JobTelemetry.of(store).profile(job).orElseThrow().error()).contains("\uFFFD");
  }

  @Test
  void knowsTheLatestOfEachSeries() {
    JobStore store = store();
    UUID job = created(store).id();
    assertThat(JobTelemetry.of(store).latest(job, MetricKind.PERFORMANCE)).isEmpty();
    for (int second : new int[] {0, 1, 50, 55, 60}) {
      List<Metric> metrics = new ArrayList<>();
      metrics.add(at(second, "job", "rows"));
      metrics.add(
          new Metric(
              START.plusSeconds(second), "job", "x", 1, OptionalInt.of(1), Optional.empty()));
      if (second == 55 || second == 1) {
        metrics.add(at(second, "node:" + second, "errors"));
      }
      JobTelemetry.of(store).add(job, MetricKind.PERFORMANCE, metrics);
    }
    assertThat(JobTelemetry.of(store()).latest(job, MetricKind.PERFORMANCE))
        .containsExactly(at(55, "node:55", "errors"), at(60, "job", "rows"));
    assertThat(JobTelemetry.of(store).latest(job, MetricKind.RESOURCE)).isEmpty();
  }

  @Test
  void knowsTheJobsThatAreWorkedOnBesideOne() {
    JobStore store = store();
    JobStore other = store(Jobs.distantProcess("elsewhere"));
    UUID own = created(store).id();
    UUID beside = created(store).id();
    created(store);
    assertThat(JobTelemetry.of(store).beside(own)).isEmpty();
    try (JobRun run = JobRuns.of(store).begin(own);
        JobRun otherRun = JobRuns.of(other).begin(beside)) {
      assertThat(JobTelemetry.of(store).beside(own)).isEqualTo(Map.of(beside, "job"));
      assertThat(JobTelemetry.of(other).beside(beside)).isEqualTo(Map.of(own, "job"));
      silent(beside, 6);
      assertThat(JobTelemetry.of(store).beside(own)).isEmpty();
      otherRun.beat();
      store.requestStop(beside);
      assertThat(otherRun.beat()).isTrue();
      assertThat(JobTelemetry.of(store).beside(own)).containsOnlyKeys(beside);
      otherRun.stopped();
      assertThat(JobTelemetry.of(store).beside(own)).isEmpty();
      run.completed();
    }
    assertThat(JobTelemetry.of(store).beside(beside)).isEmpty();
  }

  @Test
  void thinsOutWithAge() {
    JobStore store = store();
    UUID job = created(store).id();
    JobTelemetry telemetry = JobTelemetry.of(store);
    int hours = 3;
    // One at every second and a bit, as a timer gives them.
    for (int i = 0; i < hours * 3600; i += 120) {
      telemetry.add(
          job,
          MetricKind.PERFORMANCE,
          IntStream.range(i, i + 120)
              .mapToObj(k -> metric(START.plusMillis(1000L * k + k % 100), k))
              .toList());
    }
    Instant end = START.plus(Duration.ofHours(hours));
    List<Metric> metrics = telemetry.metrics(all(job, MetricKind.PERFORMANCE));
    // It is thinned out every minute: what is older by less than that may be there.
    assertCount(metrics, end.minusSeconds(600), end, 600, 600);
    assertCount(metrics, end.minusSeconds(7200), end.minusSeconds(660), 654, 654);
    assertCount(metrics, START, end.minusSeconds(7260), 59, 59);
    assertThat(metrics.get(0)).isEqualTo(metric(START, 0));
    // The first of each minute, whatever became of the others.
    for (int i = 0; i < 59; i++) {
      assertThat(metrics.get(i).time()).isBetween(minute(i), minute(i).plusSeconds(1));
    }
  }

  private static Instant minute(int number) {
    return START.plusSeconds(60L * number);
  }

  private static void assertCount(
      List<Metric> metrics, Instant from, Instant until, int least, int most) {
    assertThat(
            metrics.stream()
                .filter(each -> !each.time().isBefore(from) && each.time().isBefore(until))
                .count())
        .as("from %s to %s", from, until)
        .isBetween((long) least, (long) most);
  }

  @Test
  void keepsTheNewestOfTooMany() {
    StoreDatabase database = connect();
    try (JobStore store = new StoredJobs(database, LocalProcess.current())) {
      UUID job = created(store).id();
      List<Metric> metrics = new ArrayList<>();
      for (int second = 0; second < 120; second++) {
        for (int series = 0; series < 10; series++) {
          metrics.add(at(second, "component", "name" + series));
        }
      }
      JobTelemetry.of(store).add(job, MetricKind.RESOURCE, metrics);
      assertThat(JobTelemetry.of(store).metrics(all(job, MetricKind.RESOURCE))).hasSize(1200);
      database.write(
          handle -> {
            MetricHistory.thinOut(handle, job, MetricKind.RESOURCE, START.toEpochMilli(), 100);
            return true;
          });
      List<Metric> left = JobTelemetry.of(store).metrics(all(job, MetricKind.RESOURCE));
      // Of each of the three as many as its share is, whole moments of ten.
      assertThat(left.stream().map(Metric::time).distinct())
          .containsExactlyElementsOf(
              IntStream.of(0, 60, 90, 100, 110, 117, 118, 119)
                  .mapToObj(START::plusSeconds)
                  .toList());
      assertThat(left).hasSize(80);
    }
  }

  @Test
  void jobsThatAreOverAreThinnedOutByOthers() {
    JobStore store = store();
    UUID old = created(store).id();
    for (int i = 0; i < 120; i++) {
      JobTelemetry.of(store).add(old, MetricKind.PERFORMANCE, List.of(at(i, "job", "rows")));
    }
    assertThat(JobTelemetry.of(store).metrics(all(old, MetricKind.PERFORMANCE))).hasSize(120);
    JobStore later = store();
    UUID job = created(later).id();
    JobTelemetry.of(later).add(job, MetricKind.RESOURCE, List.of(at(0, "heap", "used_bytes")));
    List<Metric> left = JobTelemetry.of(later).metrics(all(old, MetricKind.PERFORMANCE));
    assertThat(left)
        .containsExactlyElementsOf(
            IntStream.concat(IntStream.of(0, 60), IntStream.range(109, 120))
                .mapToObj(i -> at(i, "job", "rows"))
                .toList());
    assertThat(JobTelemetry.of(later).latest(old, MetricKind.PERFORMANCE))
        .containsExactly(at(119, "job", "rows"));
  }

  @Test
  void keepsBottlenecks() {
    JobStore store = store();
    UUID job = created(store).id();
    Bottleneck first = bottleneck("a", 0, Map.of("share", 0.97, "nodes", 3.0), Optional.of(16L));
    Bottleneck second = bottleneck("b", 1, Map.of(), Optional.empty());
    JobTelemetry.of(store).put(job, List.of(first, second));
    assertThat(JobTelemetry.of(store()).bottlenecks(job)).containsExactly(second, first);
    Bottleneck replaced = bottleneck("a", 2, Map.of("share", 0.5), Optional.of(-1L));
    Bottleneck odd =
        bottleneck("c", 3, Map.of("lost", Double.NaN, "kept", 1.5), Optional.of(Long.MAX_VALUE));
    JobTelemetry.of(store).put(job, List.of(replaced, odd));
    assertThat(JobTelemetry.of(store()).bottlenecks(job))
        .containsExactly(
            bottleneck("c", 3, Map.of("kept", 1.5), Optional.of(Long.MAX_VALUE)), replaced, second);
    JobTelemetry.of(store)
        .put(
            job,
            IntStream.range(0, StoredTelemetry.MOST_ENTRIES)
                .mapToObj(i -> bottleneck("more" + i, 10 + i, Map.of(), Optional.empty()))
                .toList());
    assertThat(JobTelemetry.of(store).bottlenecks(job))
        .hasSize(StoredTelemetry.MOST_ENTRIES)
        .noneMatch(each -> each.id().length() == 1);
  }

  private static Bottleneck bottleneck(
      String id, int second, Map<String, Double> evidence, Optional<Long> value) {
    return new Bottleneck(
        id,
        BottleneckKind.DISK,
        "node:" + ODD,
        evidence,
        "reason " + ODD,
        "recommendation",
        value.map(each -> new Bottleneck.Proposal("inFlight", each)),
        START.plusSeconds(second),
        START.plusMillis(second * 1000L + 1),
        second % 2 == 0);
  }

  @Test
  void keepsTheHistoryOfChanges() {
    JobStore store = store();
    UUID job = created(store).id();
    TuningEntry first = entry("1", 0, TuningEntry.State.ADVISED, Optional.empty());
    TuningEntry second = entry("2", 1, TuningEntry.State.REQUESTED, Optional.empty());
    JobTelemetry.of(store).put(job, first);
    JobTelemetry.of(store).put(job, second);
    assertThat(JobTelemetry.of(store()).tuning(job)).containsExactly(second, first);
    TuningEntry applied = entry("2", 1, TuningEntry.State.APPLIED, Optional.of("+12 % rows/s"));
    JobTelemetry.of(store).put(job, applied);
    assertThat(JobTelemetry.of(store()).tuning(job)).containsExactly(applied, first);
  }

  private static TuningEntry entry(
      String id, int second, TuningEntry.State state, Optional<String> effect) {
    return new TuningEntry(
        id, START.plusSeconds(second), "inFlight", -1, Long.MAX_VALUE, ODD, effect, state);
  }

  @Test
  void keepsWhatWorked() {
    JobStore store = store();
    String subject = UUID.randomUUID() + ODD;
    assertThat(JobTelemetry.of(store).tuned(subject)).isEmpty();
    JobTelemetry.of(store).putTuned(subject, Map.of("inFlight", 16L, "pageRows", 5000L), 1.5);
    assertThat(JobTelemetry.of(store()).tuned(subject))
        .isEqualTo(Map.of("inFlight", 16L, "pageRows", 5000L));
    JobTelemetry.of(store).putTuned(subject, Map.of("inFlight", 1L << 40), 2);
    assertThat(JobTelemetry.of(store()).tuned(subject)).isEqualTo(Map.of("inFlight", 1L << 40));
  }

  @Test
  void aRequestIsTakenOnce() {
    JobStore store = store();
    UUID job = created(store).id();
    assertThat(JobTelemetry.of(store).take(job)).isEmpty();
    Instant before = Instant.now().minusSeconds(1);
    JobRequest tune =
        JobTelemetry.of(store).ask(job, JobRequest.Kind.TUNE, "{\"x\":\"" + ODD + "\"}");
    JobRequest profile =
        JobTelemetry.of(store).ask(job, JobRequest.Kind.PROFILE, "{\"seconds\":7}");
    assertThat(tune.created()).isAfter(before);
    assertThat(JobTelemetry.of(store()).profile(job))
        .contains(
            new JobProfile(
                profile.id(), JobProfile.State.REQUESTED, 7, Optional.empty(), Optional.empty()));
    assertThat(JobTelemetry.of(store()).take(job)).containsExactlyInAnyOrder(tune, profile);
    assertThat(JobTelemetry.of(store).take(job)).isEmpty();
    for (String body : List.of("{\"seconds\":0}", "{\"seconds\":61}", "{\"seconds\":\"1\"}", "")) {
      assertThatThrownBy(() -> JobTelemetry.of(store).ask(job, JobRequest.Kind.PROFILE, body))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("1 to 60 seconds");
    }
    assertThat(JobTelemetry.of(store).take(job)).isEmpty();
  }

  @Test
  void anotherValueIsInTheHistoryFromTheAskingOn() {
    JobStore store = store();
    UUID job = created(store).id();
    TuningEntry wanted =
        new TuningEntry(
            "wanted",
            Instant.EPOCH,
            "inFlight",
            16,
            8,
            "Set by a user",
            Optional.empty(),
            TuningEntry.State.REQUESTED);
    TuningEntry asked = JobTelemetry.of(store).ask(job, wanted);
    assertThat(JobTelemetry.of(store()).tuning(job)).containsExactly(asked);
    assertThat(JobTelemetry.of(store).take(job))
        .containsExactly(
            new JobRequest(
                "wanted",
                JobRequest.Kind.TUNE,
                "{\"parameter\":\"inFlight\",\"value\":8}",
                asked.time()));
  }

  @Test
  void requestsThatNobodyTakesAreRefused() {
    JobStore store = store();
    UUID job = created(store).id();
    for (int i = 0; i < StoredTelemetry.MOST_REQUESTS; i++) {
      JobTelemetry.of(store).ask(job, JobRequest.Kind.TUNE, "{}");
    }
    assertThatThrownBy(() -> JobTelemetry.of(store).ask(job, JobRequest.Kind.TUNE, "{}"))
        .isInstanceOf(JobException.class)
        .hasMessageContaining("has 20 waiting requests; check whether its process still runs");
    assertThat(JobTelemetry.of(store).take(job)).hasSize(StoredTelemetry.MOST_REQUESTS);
  }

  @Test
  void keepsTheLatestProfile() {
    JobStore store = store();
    UUID job = created(store).id();
    assertThat(JobTelemetry.of(store).profile(job)).isEmpty();
    for (JobProfile each :
        List.of(
            profile(JobProfile.State.RECORDING, Optional.empty(), Optional.empty()),
            profile(JobProfile.State.READY, Optional.of("{\"name\":\"all\"}"), Optional.empty()),
            profile(JobProfile.State.FAILED, Optional.empty(), Optional.of(ODD)))) {
      JobTelemetry.of(store).put(job, each);
      assertThat(JobTelemetry.of(store()).profile(job)).contains(each);
    }
  }

  private static JobProfile profile(
      JobProfile.State state, Optional<String> stacks, Optional<String> error) {
    return new JobProfile("id", state, 60, stacks, error);
  }

  @Test
  void telemetryGoesWithItsJob() {
    JobStore store = store();
    UUID reset = created(store).id();
    UUID deleted = created(store).id();
    UUID kept = created(store).id();
    for (UUID each : List.of(reset, deleted, kept)) {
      fill(store, each);
    }
    store.reset(reset);
    store.delete(deleted);
    assertThat(counts(store, reset)).containsExactly(0, 0, 0, 1, 0);
    assertThat(JobTelemetry.of(store).take(reset)).isEmpty();
    assertThatThrownBy(() -> JobTelemetry.of(store).bottlenecks(deleted))
        .isInstanceOf(JobException.class);
    assertThat(counts(store(), kept)).containsExactly(1, 1, 1, 1, 1);
    assertThat(JobTelemetry.of(store).take(kept)).hasSize(1);
    // Nothing of the one before is left for a job of the same id.
    store.create(
        Job.pending(
            deleted,
            "again",
            "",
            Map.of(),
            JobKind.EXPORT,
            new JobDefinition(Map.of(), Map.of(), List.of())));
    assertThat(counts(store, deleted)).containsExactly(0, 0, 0, 0, 0);
    assertThat(JobTelemetry.of(store).take(deleted)).isEmpty();
  }

  private static void fill(JobStore store, UUID job) {
    JobTelemetry telemetry = JobTelemetry.of(store);
    telemetry.add(job, MetricKind.PERFORMANCE, List.of(at(0, "job", "rows")));
    telemetry.add(job, MetricKind.RESOURCE, List.of(at(0, "heap", "used_bytes")));
    telemetry.put(job, List.of(bottleneck("a", 0, Map.of(), Optional.empty())));
    telemetry.put(job, entry("1", 0, TuningEntry.State.APPLIED, Optional.empty()));
    telemetry.ask(job, JobRequest.Kind.PROFILE, "{\"seconds\":1}");
  }

  private static List<Integer> counts(JobStore store, UUID job) {
    JobTelemetry telemetry = JobTelemetry.of(store);
    return List.of(
        telemetry.metrics(all(job, MetricKind.PERFORMANCE)).size(),
        telemetry.metrics(all(job, MetricKind.RESOURCE)).size(),
        telemetry.bottlenecks(job).size(),
        telemetry.tuning(job).size(),
        telemetry.profile(job).isPresent() ? 1 : 0);
  }

  @Test
  void aJobThatIsNotThereIsTold() {
    JobTelemetry telemetry = JobTelemetry.of(store());
    UUID none = UUID.randomUUID();
    List<Consumer<UUID>> calls =
        List.of(
            id -> telemetry.add(id, MetricKind.PERFORMANCE, List.of(at(0, "job", "rows"))),
            id -> telemetry.metrics(all(id, MetricKind.PERFORMANCE)),
            id -> telemetry.latest(id, MetricKind.RESOURCE),
            id -> telemetry.put(id, List.of(bottleneck("a", 0, Map.of(), Optional.empty()))),
            telemetry::bottlenecks,
            id -> telemetry.put(id, entry("1", 0, TuningEntry.State.ADVISED, Optional.empty())),
            telemetry::tuning,
            id -> telemetry.ask(id, JobRequest.Kind.TUNE, "{}"),
            telemetry::take,
            id ->
                telemetry.put(
                    id, profile(JobProfile.State.READY, Optional.of("{}"), Optional.empty())),
            telemetry::profile);
    for (Consumer<UUID> each : calls) {
      assertThatThrownBy(() -> each.accept(none))
          .isInstanceOfSatisfying(JobException.class, e -> assertThat(e.jobId()).isEqualTo(none))
          .hasMessageStartingWith("There is no job " + none + " in ");
    }
  }

  private static Metric at(int second, String component, String name) {
    return Metric.of(START.plusSeconds(second), component, name, second);
  }

  private static Metric metric(Instant time, double value) {
    return Metric.of(time, "job", "rows", value);
  }

  private static MetricQuery all(UUID job, MetricKind kind) {
    return new MetricQuery(
        job, kind, Optional.empty(), Optional.empty(), Instant.MIN, Instant.MAX, Integer.MAX_VALUE);
  }

  private static MetricQuery query(
      UUID job,
      Optional<String> component,
      Optional<String> name,
      Instant since,
      Instant until,
      int limit) {
    return new MetricQuery(job, MetricKind.PERFORMANCE, component, name, since, until, limit);
  }
}
