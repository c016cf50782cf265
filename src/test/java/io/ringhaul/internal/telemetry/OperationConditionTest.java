package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.telemetry.OperationCondition.Limits;
import io.ringhaul.internal.telemetry.OperationCondition.Nodes;
import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Health.State;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.LimitingFactor.Kind;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.TestSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The condition of an operation follows from what its workers do. */
class OperationConditionTest {

  private int second;
  private long millis;
  private long lastRowMillis;

  private Limits limits =
      new Limits(RequestLimits.NONE, 1, OptionalLong.empty(), false, Optional.empty());

  private Nodes nodes = new Nodes(3, List.of());
  private Optional<Pause> pause = Optional.empty();
  private final List<Bottleneck> bottlenecks = new ArrayList<>();
  private final OperationCondition condition =
      new OperationCondition(
          OperationKind.EXPORT,
          () -> limits,
          () -> nodes,
          () -> pause,
          () -> List.copyOf(bottlenecks),
          () -> TimeUnit.MILLISECONDS.toNanos(millis));

  /** Adds a sample whose workers are in one stage only. */
  private Progress pass(Stage stage, Consumer<TestSample> change) {
    millis += 1_000;
    TestSample sample = new TestSample(++second);
    sample.stages.clear();
    sample.stages.put(stage, 8.0);
    sample.inFlight = 3;
    change.accept(sample);
    lastRowMillis = millis;
    return condition.sampled(sample.sample());
  }

  private Optional<Kind> limiting(Stage stage) {
    return limiting(stage, sample -> {});
  }

  private Optional<Kind> limiting(Stage stage, Consumer<TestSample> change) {
    return pass(stage, change).limitedBy().map(LimitingFactor::kind);
  }

  private static Sample stalled(TestSample sample, Duration unanswered) {
    Sample whole = sample.sample();
    return whole.withProgress(whole.progress().withRequests(8, 0, unanswered));
  }

  /** Adds a sample without rows, at this time after the last answer and the last row. */
  private Progress passStalled(int seconds) {
    millis = lastRowMillis + seconds * 1_000L;
    return condition.sampled(stalled(new TestSample(second), Duration.ofSeconds(seconds)));
  }

  @Test
  void followsTheStagesOfTheWorkers() {
    assertThat(limiting(Stage.WAIT_CLUSTER)).contains(Kind.CLUSTER);
  }

  @Test
  void leavesOutPlanningAndCommits() {
    assertThat(limiting(Stage.PLAN)).isEmpty();
    assertThat(limiting(Stage.COMMIT)).isEmpty();
    assertThat(limiting(Stage.ENCODE)).contains(Kind.CLIENT_CPU);
    assertThat(limiting(Stage.COMMIT)).contains(Kind.CLIENT_CPU);
  }

  @Test
  void namesTheLimitOfTheUser() {
    limits =
        new Limits(
            RequestLimits.NONE.withMaxRowsPerSecond(50_000).withMaxBytesPerSecond(1L << 40),
            0.5,
            OptionalLong.empty(),
            false,
            Optional.empty());
    LimitingFactor factor =
        pass(Stage.WAIT_LIMIT, sample -> sample.cpuShare = 0.1).limitedBy().orElseThrow();
    assertThat(factor)
        .isEqualTo(new LimitingFactor(Kind.ROWS_PER_SECOND, 1, OptionalLong.of(50_000)))
        .hasToString("your limit of 50,000 rows/s");
  }

  /** Sooner answers would not let more rows flow. */
  @Test
  void namesALimitThatIsReachedAlthoughAnswersAreSlow() {
    limits =
        new Limits(
            RequestLimits.NONE.withMaxRowsPerSecond(50_000),
            1,
            OptionalLong.empty(),
            false,
            Optional.empty());
    assertThat(limiting(Stage.WAIT_CLUSTER, sample -> sample.stages.put(Stage.WAIT_LIMIT, 1.0)))
        .contains(Kind.ROWS_PER_SECOND);
    for (int i = 0; i < 10; i++) {
      limiting(Stage.WAIT_CLUSTER, sample -> sample.rowsPerSecond = 20_000);
    }
    assertThat(limiting(Stage.WAIT_CLUSTER, sample -> sample.rowsPerSecond = 20_000))
        .contains(Kind.CLUSTER);
  }

  @Test
  void namesTheReasonOfABoundOnRequests() {
    assertThat(limiting(Stage.WAIT_SLOT, sample -> sample.inFlight = sample.inFlightBound))
        .contains(Kind.IN_FLIGHT);
    limits =
        new Limits(
            RequestLimits.NONE, 1, OptionalLong.of(20), false, Optional.of(Kind.PROTECTED_LATENCY));
    for (int i = 0; i < 6; i++) {
      limiting(Stage.WAIT_SLOT);
    }
    assertThat(limiting(Stage.WAIT_SLOT)).contains(Kind.PROTECTED_LATENCY);
  }

  /** More requests in flight would help, as long as all slots are in use. */
  @Test
  void namesTheRequestsInFlightThatTheUserSet() {
    limits = new Limits(RequestLimits.NONE, 1, OptionalLong.empty(), true, Optional.empty());
    assertThat(limiting(Stage.WAIT_CLUSTER)).contains(Kind.CLUSTER);
    for (int i = 0; i < 6; i++) {
      limiting(Stage.WAIT_CLUSTER, sample -> sample.inFlight = sample.inFlightBound);
    }
    assertThat(limiting(Stage.WAIT_CLUSTER)).contains(Kind.IN_FLIGHT);
  }

  @Test
  void namesTheHeapDuringLongCollections() {
    assertThat(limiting(Stage.ENCODE, sample -> sample.gcShare = 0.5)).contains(Kind.HEAP);
  }

  @Test
  void namesTheDiskOfAnExport() {
    assertThat(limiting(Stage.WRITE)).contains(Kind.DISK);
  }

  @Test
  void namesTheTargetWithoutDisk() {
    assertThat(limiting(Stage.WRITE, sample -> sample.diskFree = -1)).contains(Kind.TARGET);
    assertThat(
            limiting(
                Stage.ENCODE,
                sample -> {
                  sample.diskFree = -1;
                  sample.cpuShare = 0.01;
                  sample.machineCpuShare = 0.1;
                }))
        .contains(Kind.TARGET);
  }

  /** Contention has a baseline, since its detector needs one. */
  @Test
  void namesAnotherJobOnlyWithContention() {
    bottlenecks.add(bottleneck(BottleneckKind.CONTENTION, Map.of()));
    assertThat(limiting(Stage.WAIT_CLUSTER)).contains(Kind.OTHER_JOB);
  }

  @Test
  void reportsNothingForIdleWorkers() {
    assertThat(limiting(Stage.WAIT_CLUSTER, sample -> sample.stages.clear()))
        .contains(Kind.NOTHING);
  }

  @Test
  void knowsTheWholeAfterThreeSeconds() {
    limiting(Stage.WAIT_CLUSTER);
    assertThat(condition.overall()).isEmpty();
    limiting(Stage.WAIT_CLUSTER);
    limiting(Stage.ENCODE);
    limiting(Stage.PLAN);
    assertThat(condition.overall())
        .hasValueSatisfying(
            factor -> {
              assertThat(factor.kind()).isEqualTo(Kind.CLUSTER);
              assertThat(factor.share()).isCloseTo(2.0 / 3, within(1e-9));
            });
  }

  @Test
  void stallsAfterTwoSecondsAndReturns() {
    limits =
        new Limits(
            RequestLimits.NONE.withMaxRowsPerSecond(1),
            1,
            OptionalLong.empty(),
            false,
            Optional.empty());
    for (int i = 0; i < 10; i++) {
      limiting(Stage.WAIT_LIMIT);
    }
    assertThat(passStalled(1).health().state()).isEqualTo(State.RUNNING_WELL);
    Progress stalled = passStalled(8);
    assertThat(stalled.health().state()).isEqualTo(State.STALLED);
    assertThat(stalled.health().text()).isEqualTo("The cluster has not answered for 8 s");
    assertThat(stalled.health().since()).isEqualTo(Duration.ofSeconds(8));
    assertThat(stalled.remaining()).isEmpty();
    assertThat(stalled.limitedBy()).map(LimitingFactor::kind).contains(Kind.CLUSTER);
    assertThat(condition.still().toSeconds()).isEqualTo(8);
    Progress back = pass(Stage.WAIT_LIMIT, sample -> {});
    assertThat(back.health().state()).isEqualTo(State.RUNNING_WELL);
    assertThat(back.remaining()).isPresent();
    assertThat(back.limitedBy()).map(LimitingFactor::kind).contains(Kind.ROWS_PER_SECOND);
    assertThat(condition.still().toSeconds()).isEqualTo(9);
  }

  @Test
  void stallsAtOnceWithoutConnections() {
    limiting(Stage.WAIT_CLUSTER);
    nodes = new Nodes(4, List.of("10.0.0.1:9042", "10.0.0.2:9042", "10.0.0.3:9042", "b:9042"));
    Progress stalled = passStalled(1);
    assertThat(stalled.health().state()).isEqualTo(State.STALLED);
    assertThat(stalled.health().text())
        .isEqualTo(
            "No connection to any of the 4 nodes: 10.0.0.1:9042, 10.0.0.2:9042, 10.0.0.3:9042 and"
                + " 1 more");
    assertThat(stalled.remaining()).isEmpty();
    assertThat(stalled.limitedBy()).map(LimitingFactor::kind).contains(Kind.CLUSTER);
    nodes = new Nodes(1, List.of("10.0.0.1:9042"));
    assertThat(passStalled(2).health().text())
        .isEqualTo("No connection to the only node, 10.0.0.1:9042");
    nodes = new Nodes(1, List.of());
    assertThat(pass(Stage.WAIT_CLUSTER, sample -> {}).health().state())
        .isEqualTo(State.RUNNING_WELL);
  }

  /** A commit needs no node. */
  @Test
  void needsConnectionsForRequestsOnly() {
    nodes = new Nodes(1, List.of("10.0.0.1:9042"));
    assertThat(pass(Stage.COMMIT, sample -> sample.inFlight = 0).health().state())
        .isEqualTo(State.RUNNING_WELL);
  }

  @Test
  void namesUnconnectedNodesOfAStall() {
    limiting(Stage.WAIT_CLUSTER);
    nodes = new Nodes(3, List.of("10.0.0.2:9042"));
    assertThat(passStalled(1).health().state()).isEqualTo(State.RUNNING_WELL);
    assertThat(passStalled(8).health().text())
        .isEqualTo(
            "The cluster has not answered for 8 s; no connection to 1 of 3 nodes: 10.0.0.2:9042");
    Consumer<TestSample> failures =
        sample -> {
          sample.requests = 0;
          sample.errors = 5;
        };
    pass(Stage.WAIT_CLUSTER, failures);
    assertThat(pass(Stage.WAIT_CLUSTER, failures).health().text())
        .isEqualTo(
            "Requests fail, and none succeeds; no connection to 1 of 3 nodes: 10.0.0.2:9042");
  }

  /** Pages that had arrived before are written during the first seconds. */
  @Test
  void rowsDuringAStallAreProgress() {
    limiting(Stage.WAIT_LIMIT);
    passStalled(4);
    millis += 1_000;
    TestSample rows = new TestSample(++second);
    assertThat(condition.sampled(stalled(rows, Duration.ofSeconds(5))).health().state())
        .isEqualTo(State.STALLED);
    assertThat(condition.still()).isZero();
    millis += 1_000;
    assertThat(condition.still()).isEqualTo(Duration.ofSeconds(1));
  }

  /** A count over large ranges has answers that take seconds. */
  @Test
  void slowAnswersAreNoStall() {
    for (int i = 0; i < 5; i++) {
      pass(Stage.WAIT_CLUSTER, sample -> sample.p50.replaceAll((node, millis) -> 1_500.0));
    }
    assertThat(passStalled(4).health().state()).isEqualTo(State.RUNNING_WELL);
    assertThat(passStalled(60).health().state()).isEqualTo(State.STALLED);
  }

  @Test
  void saysWhyItIsPaused() {
    pause =
        Optional.of(
            new Pause("The current time is outside", Instant.now(), Optional.of(Instant.MAX)));
    Progress paused = pass(Stage.WAIT_LIMIT, sample -> {});
    assertThat(paused.health().state()).isEqualTo(State.PAUSED);
    assertThat(paused.health().text()).isEqualTo("The current time is outside");
    assertThat(paused.pause()).isEqualTo(pause);
    assertThat(paused.remaining()).isEmpty();
    assertThat(paused.limitedBy()).map(LimitingFactor::kind).contains(Kind.RUN_WINDOW);
  }

  @Test
  void isSlowedWhileASymptomLasts() {
    bottlenecks.add(bottleneck(BottleneckKind.THROUGHPUT_DROP, Map.of()));
    Progress slowed = pass(Stage.WAIT_CLUSTER, sample -> {});
    assertThat(slowed.health().state()).isEqualTo(State.SLOWED);
    assertThat(slowed.health().text()).isEqualTo("The reason");
    second += 5;
    assertThat(pass(Stage.WAIT_CLUSTER, sample -> {}).health().state())
        .isEqualTo(State.RUNNING_WELL);
  }

  @Test
  void isNotSlowedAtTheRateThatTheUserAllows() {
    limits =
        new Limits(
            RequestLimits.NONE.withMaxRowsPerSecond(50_000),
            1,
            OptionalLong.empty(),
            false,
            Optional.empty());
    pass(Stage.WAIT_LIMIT, sample -> {});
    bottlenecks.add(bottleneck(BottleneckKind.LATENCY_SPIKE, Map.of()));
    assertThat(pass(Stage.WAIT_LIMIT, sample -> {}).health().state()).isEqualTo(State.RUNNING_WELL);
    pass(Stage.WAIT_CLUSTER, sample -> sample.rowsPerSecond = 20_000);
    bottlenecks.set(0, bottleneck(BottleneckKind.LATENCY_SPIKE, Map.of()));
    assertThat(pass(Stage.WAIT_CLUSTER, sample -> sample.rowsPerSecond = 20_000).health().state())
        .isEqualTo(State.SLOWED);
  }

  @Test
  void failsAfterTwoSecondsWithoutAnySuccess() {
    Consumer<TestSample> failures =
        sample -> {
          sample.requests = 0;
          sample.errors = 5;
        };
    assertThat(pass(Stage.WAIT_CLUSTER, failures).health().state()).isEqualTo(State.RUNNING_WELL);
    assertThat(pass(Stage.WAIT_CLUSTER, failures).health().state()).isEqualTo(State.FAILING);
    Progress later = stalled(new TestSample(second), Duration.ofSeconds(8)).progress();
    assertThat(condition.at(later).health().state()).isEqualTo(State.FAILING);
    assertThat(pass(Stage.WAIT_CLUSTER, sample -> {}).health().state())
        .isEqualTo(State.RUNNING_WELL);
  }

  @Test
  void failsBeforeTheDiskIsFull() {
    bottlenecks.add(bottleneck(BottleneckKind.DISK, Map.of(ClientDetectors.FREE_BYTES, 1.0)));
    assertThat(pass(Stage.ENCODE, sample -> {}).health().state()).isEqualTo(State.FAILING);
    bottlenecks.set(0, bottleneck(BottleneckKind.DISK, Map.of("writeShare", 0.6)));
    assertThat(pass(Stage.ENCODE, sample -> {}).health().state()).isEqualTo(State.RUNNING_WELL);
  }

  /** A bottleneck that was last seen in the next sample. */
  private Bottleneck bottleneck(BottleneckKind kind, Map<String, Double> evidence) {
    Instant seen = new TestSample(second + 1).sample().time();
    return new Bottleneck(
        "1", kind, "job", evidence, "The reason.", "", Optional.empty(), seen, seen, true);
  }

  @Test
  void otherProcessesReadTheSame() {
    pause = Optional.of(new Pause("The reason", Instant.EPOCH, Optional.of(Instant.EPOCH)));
    Progress progress = pass(Stage.WAIT_LIMIT, sample -> {});
    StoredCondition stored =
        new StoredCondition(
            progress.limitedBy(),
            Optional.of(new LimitingFactor(Kind.IN_FLIGHT, 0.5, OptionalLong.of(8))),
            Optional.of(progress.health()),
            progress.pause());
    StoredCondition read = StoredCondition.read(stored.metrics(Instant.EPOCH));
    assertThat(read.limitedBy()).isEqualTo(stored.limitedBy());
    assertThat(read.overall()).isEqualTo(stored.overall());
    assertThat(read.pause()).isEqualTo(stored.pause());
    assertThat(read.health().orElseThrow().text()).isEqualTo(progress.health().text());
    assertThat(read.health().orElseThrow().state()).isEqualTo(State.PAUSED);
  }
}
