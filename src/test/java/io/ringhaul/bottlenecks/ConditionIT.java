package io.ringhaul.bottlenecks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.TerminalState;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.console.ConsoleClient;
import io.ringhaul.console.JobConsole;
import io.ringhaul.console.PageModel;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.monitor.Health.State;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.LimitingFactor.Kind;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Progress, samples, the HTTP API, the console's page and the command line say the same about a job
 * at each second, and it is what was done to the job. The page is asked where Node.js is installed.
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConditionIT {

  private static final int ROWS = 10_800;

  /** Enough for a job of pages of one row to last on a fast machine. */
  private static final int MANY_ROWS = 60_000;

  private static final int RATE = 600;
  private static final Duration FROZEN = Duration.ofSeconds(8);

  /** A stall must show, and end, within this time. */
  private static final Duration SOON = Duration.ofSeconds(3);

  /** A node of a busy machine may stand still by itself. */
  private static final Duration STILL = Duration.ofMillis(1_900);

  private static final double REMAINING_WITHIN = 0.2;

  @TempDir private Path folder;

  private String keyspace = "";
  private final List<Watched> jobs = new ArrayList<>();
  private TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session());
  private JobStore store = JobStore.inMemory();
  private JobConsole console = JobConsole.over(store).start();

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text)",
            "CREATE TABLE " + keyspace + ".large (id int PRIMARY KEY, v text)",
            "CREATE TABLE " + keyspace + ".clone (id int PRIMARY KEY, v text)"));
    insert("t", ROWS);
    insert("large", MANY_ROWS);
  }

  private void insert(String table, int rows) {
    AsyncWrites.writeRows(
        TestCluster.session(),
        String.format("INSERT INTO %s.%s (id, v) VALUES (?, ?)", keyspace, table),
        rows,
        i -> new Object[] {i, "v" + i});
  }

  @BeforeEach
  void open() {
    console.close();
    operator = TokenAwareBulkOperator.over(TestCluster.session());
    store = JobStore.file(folder.resolve("jobs.db"));
    console = JobConsole.over(store).start();
  }

  @AfterEach
  void end() {
    jobs.forEach(job -> job.ended().cancel(true));
    jobs.clear();
    operator.close();
    console.close();
    store.close();
  }

  /** A job, everything that was heard of it, and what the API said of it. */
  private record Watched(
      UUID id,
      CompletableFuture<?> ended,
      List<Heard> progress,
      List<Sample> samples,
      List<JsonNode> answers) {}

  private record Heard(Instant time, Progress progress) {}

  private ExportRequest export(String name) {
    return operator
        .export(keyspace, "t")
        .to(CsvTarget.folder(folder.resolve(name)))
        .skipPreflight();
  }

  private Watched start(ExportRequest request) {
    UUID id = UUID.randomUUID();
    return start(id, request.jobId(id).job(JobOptions.in(store)));
  }

  private Watched start(ImportRequest request) {
    UUID id = UUID.randomUUID();
    return start(id, request.jobId(id).job(JobOptions.in(store)));
  }

  private Watched start(UUID id, OperationRequest<?, ?> request) {
    List<Heard> progress = new CopyOnWriteArrayList<>();
    List<Sample> samples = new CopyOnWriteArrayList<>();
    CompletableFuture<?> ended =
        request
            .onProgress(each -> progress.add(new Heard(Instant.now(), each)))
            .onSample(samples::add)
            .executeAsync();
    Watched job = new Watched(id, ended, progress, samples, new ArrayList<>());
    jobs.add(job);
    return job;
  }

  /** Asks the API for all jobs twice a second. */
  private void watch(Duration time) throws InterruptedException {
    ConsoleClient client = new ConsoleClient(console.uri());
    Instant end = Instant.now().plus(time);
    while (Instant.now().isBefore(end)) {
      for (Watched job : jobs) {
        JsonNode answer = client.get("/api/batch-jobs/" + job.id()).body();
        if (answer.path("live").isObject()) {
          job.answers().add(answer);
        }
      }
      Thread.sleep(500);
    }
  }

  /**
   * Fails unless each answer of the API, and what page and command line make of it, is what the
   * sample of its time says.
   */
  private static void assertSame(Watched job) throws IOException, InterruptedException {
    assertThat(job.answers()).hasSizeGreaterThan(3);
    boolean hasPage = PageModel.canBeAsked();
    List<PageModel.Said> pages = hasPage ? PageModel.of(job.answers()) : List.of();
    for (int i = 0; i < job.answers().size(); i++) {
      JsonNode live = job.answers().get(i).path("live");
      Sample sample =
          job.samples().stream()
              .filter(
                  each ->
                      each.time()
                          .truncatedTo(ChronoUnit.MILLIS)
                          .equals(Instant.parse(live.path("time").asText())))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no sample of " + live));
      Progress progress = sample.progress();
      assertApi(live, progress);
      assertTerminal(TerminalState.of(progress, sample.time()), progress);
      if (hasPage) {
        assertPage(pages.get(i), progress);
      }
    }
  }

  private static void assertApi(JsonNode live, Progress progress) {
    assertThat(live.path("health").path("state").asText())
        .isEqualTo(progress.health().state().key());
    assertThat(live.path("health").path("text").asText()).isEqualTo(progress.health().text());
    if (progress.limitedBy().isEmpty()) {
      assertThat(live.path("limitedBy").isNull()).isTrue();
    } else {
      LimitingFactor factor = progress.limitedBy().get();
      assertThat(live.path("limitedBy").path("kind").asText()).isEqualTo(factor.kind().key());
      assertThat(live.path("limitedBy").path("share").asDouble()).isEqualTo(factor.share());
      assertThat(live.path("limitedBy").path("text").asText()).isEqualTo(factor.description());
    }
    assertThat(live.path("remainingSeconds").isNull()).isEqualTo(progress.remaining().isEmpty());
    assertThat(live.path("pause").isNull()).isEqualTo(progress.pause().isEmpty());
  }

  private static void assertTerminal(String text, Progress progress) {
    switch (progress.health().state()) {
      case RUNNING_WELL -> assertLimit(text, progress, "Nothing limits it");
      case PAUSED ->
          assertThat(text).startsWith("Paused").endsWith(progress.pause().orElseThrow().reason());
      default -> assertThat(text).isEqualTo(progress.health().text());
    }
  }

  private static void assertPage(PageModel.Said said, Progress progress) {
    State state = progress.health().state();
    assertThat(said.health()).isEqualTo(state.key());
    if (state == State.PAUSED) {
      assertThat(said.limit()).isEmpty();
    } else {
      assertLimit(said.limit(), progress, "Nothing limits this job.");
    }
  }

  private static void assertLimit(String text, Progress progress, String nothing) {
    Optional<LimitingFactor> limit = progress.limitedBy();
    if (limit.isEmpty()) {
      assertThat(text).isEmpty();
    } else if (limit.get().kind() == Kind.NOTHING) {
      assertThat(text).isEqualTo(nothing);
    } else {
      assertThat(text).startsWith("Limited by " + limit.get().description());
    }
  }

  /** Fails unless everything heard between two times has this kind, from the first one on. */
  private static void assertLimitedBy(Watched job, Kind kind, Instant from, Instant to) {
    List<Heard> heard = between(job, from, to);
    assertThat(heard).isNotEmpty();
    assertThat(heard)
        .allSatisfy(
            each ->
                assertThat(each.progress().limitedBy())
                    .as("at %s: %s", each.time(), each.progress())
                    .map(LimitingFactor::kind)
                    .contains(kind));
  }

  /** A job on a busy machine may not reach its rate for some seconds, and then does not name it. */
  private static void assertLimitedAtItsRate(Watched job, Instant from, Instant to) {
    // Unknown until the first sample with rows.
    List<Heard> heard =
        between(job, from, to).stream()
            .dropWhile(each -> each.progress().limitedBy().isEmpty())
            .toList();
    assertThat(heard)
        .filteredOn(each -> each.progress().rowsPerSecond() >= 0.95 * RATE)
        .isNotEmpty()
        .allSatisfy(
            each ->
                assertThat(each.progress().limitedBy())
                    .as("at %s: %s", each.time(), each.progress())
                    .hasValueSatisfying(
                        factor -> {
                          assertThat(factor.kind()).isEqualTo(Kind.ROWS_PER_SECOND);
                          assertThat(factor.value()).isEqualTo(OptionalLong.of(RATE));
                        }));
  }

  private static void assertHealth(Watched job, Predicate<State> states, Instant from, Instant to) {
    List<Heard> heard = between(job, from, to);
    assertThat(heard).isNotEmpty();
    assertThat(heard)
        .filteredOn(each -> states.test(State.STALLED) || !isStill(each))
        .allSatisfy(
            each ->
                assertThat(each.progress().health().state())
                    .as("at %s: %s", each.time(), each.progress().health())
                    .matches(states));
  }

  private static boolean isStill(Heard heard) {
    return heard.progress().unanswered().compareTo(STILL) >= 0;
  }

  private static List<Heard> between(Watched job, Instant from, Instant to) {
    return job.progress().stream()
        .filter(each -> each.time().isAfter(from) && each.time().isBefore(to))
        .toList();
  }

  /**
   * Fails unless the estimates after the first tenth agree with the end, where the machine lets the
   * job keep its rate before and after them.
   *
   * @return the number of estimates
   */
  private static int assertRemaining(Watched job, Instant frozenFrom, Instant frozenTo) {
    Heard first =
        job.progress().stream()
            .filter(each -> each.progress().rows() > 0)
            .findFirst()
            .orElseThrow();
    Instant end = job.samples().get(job.samples().size() - 1).time();
    // Pages that arrived before the node stood still are written afterwards.
    double still =
        job.samples().stream()
            .filter(each -> each.time().isAfter(frozenFrom) && each.time().isBefore(frozenTo))
            .filter(each -> each.rowsPerSecond() < RATE / 10.0)
            .mapToDouble(Sample::seconds)
            .sum();
    int known = 0;
    for (Heard each : job.progress()) {
      Progress progress = each.progress();
      if (progress.completed() < 0.1 || progress.completed() >= 0.95) {
        continue;
      }
      boolean isStill = each.time().isAfter(frozenFrom) && each.time().isBefore(frozenTo);
      double moving =
          Duration.between(first.time(), each.time()).toMillis() / 1e3
              - (each.time().isAfter(frozenTo) ? still : 0);
      boolean isSteady = progress.rows() - first.progress().rows() >= 0.9 * RATE * moving;
      double seconds =
          Duration.between(each.time(), end).toMillis() / 1e3
              - (each.time().isBefore(frozenFrom) ? still : 0);
      // The commit, of less than a second, has no rows.
      boolean staysSteady = ROWS - progress.rows() >= 0.9 * RATE * (seconds - 1);
      if (isStill || !isSteady || !staysSteady || progress.remaining().isEmpty()) {
        continue;
      }
      known++;
      assertThat(progress.remaining().get().toMillis() / 1e3)
          .as("at %s with %s, %.1f s before the end", each.time(), progress, seconds)
          .isBetween(seconds * (1 - REMAINING_WITHIN) - 1, seconds * (1 + REMAINING_WITHIN) + 1);
    }
    return known;
  }

  /**
   * Exports of few and many tasks and an import wait for their rate limits, and another export for
   * its window, while the node stands still for eight seconds.
   */
  @Test
  void namesRateLimitsWindowsStallsAndTheTimeThatRemains() throws Exception {
    List<ProcessHandle> nodes = NodeProcesses.ofThisProcess();
    assumeThat(nodes).as("nodes that this process started").isNotEmpty();
    export("source").execute();
    Instant begin = Instant.now();
    Watched imported =
        start(
            operator
                .importInto(keyspace, "clone")
                .from(CsvSource.at(folder.resolve("source")))
                .skipPreflight()
                .maxRowsPerSecond(RATE));
    Watched few = start(export("few").taskCount(8).maxRowsPerSecond(RATE));
    Watched many = start(export("many").taskCount(128).maxRowsPerSecond(RATE));
    LocalTime later = LocalTime.now(ZoneOffset.UTC).plusHours(2).truncatedTo(ChronoUnit.SECONDS);
    RunWindow window =
        new RunWindow(EnumSet.allOf(DayOfWeek.class), later, later.plusHours(1), ZoneOffset.UTC);
    Watched paused = start(export("paused").runWindow(window));
    watch(Duration.ofSeconds(8));
    Instant frozen = Instant.now();
    Instant thawed;
    try (Signals silent = Signals.suspend(nodes)) {
      watch(FROZEN);
      thawed = Instant.now();
    }
    watch(Duration.ofSeconds(6));
    Instant watched = Instant.now();
    few.ended().get();
    many.ended().get();
    imported.ended().get();
    int estimates = 0;
    for (Watched job : List.of(few, many, imported)) {
      assertSame(job);
      assertLimitedBy(job, Kind.CLUSTER, frozen.plus(SOON), thawed);
      assertHealth(job, state -> state != State.STALLED, begin, frozen);
      assertHealth(job, state -> state == State.STALLED, frozen.plus(SOON), thawed);
      assertHealth(job, state -> state != State.STALLED, thawed.plus(SOON), watched);
      assertLimitedAtItsRate(job, begin.plusSeconds(4), frozen);
      assertLimitedAtItsRate(job, thawed.plus(SOON), watched);
      estimates += assertRemaining(job, frozen, thawed.plus(SOON));
    }
    assertThat(estimates).isGreaterThan(5);
    assertSame(paused);
    assertLimitedBy(paused, Kind.RUN_WINDOW, begin.plusSeconds(2), watched);
    assertHealth(paused, state -> state == State.PAUSED, begin.plusSeconds(2), watched);
    JsonNode pause = paused.answers().get(paused.answers().size() - 1).at("/live/pause");
    assertThat(pause.path("reason").asText()).contains("outside of the run window");
    assertThat(LocalTime.ofInstant(Instant.parse(pause.path("until").asText()), ZoneOffset.UTC))
        .isEqualTo(later);
  }

  /** Pages of one row are slow, and the workers only wait for them. */
  @Test
  void namesTheClusterAndTheRequestsInFlight() throws Exception {
    Instant begin = Instant.now();
    Watched cluster = start(slow().taskCount(8));
    watch(Duration.ofSeconds(6));
    cluster.ended().cancel(true);
    Instant second = Instant.now();
    Watched slots = start(slow().taskCount(128).parallelism(2));
    watch(Duration.ofSeconds(6));
    assertSame(cluster);
    assertLimitedBy(cluster, Kind.CLUSTER, begin.plusSeconds(3), second);
    assertSame(slots);
    slots.progress().removeIf(ConditionIT::isStill);
    assertLimitedBy(slots, Kind.IN_FLIGHT, second.plusSeconds(3), Instant.now());
  }

  private ExportRequest slow() {
    return operator
        .export(keyspace, "large")
        .to(BurdenedTarget.light())
        .pageSize(1)
        .skipPreflight();
  }

  @Test
  void namesTheDiskAndATargetWithoutOne() throws Exception {
    Instant begin = Instant.now();
    Watched disk = start(writing(BurdenedTarget.onSlowDisk(folder, 20)));
    Watched target = start(writing(BurdenedTarget.farAway(20)));
    watch(Duration.ofSeconds(7));
    assertSame(disk);
    assertLimitedBy(disk, Kind.DISK, begin.plusSeconds(4), Instant.now());
    assertSame(target);
    assertLimitedBy(target, Kind.TARGET, begin.plusSeconds(4), Instant.now());
  }

  private ExportRequest writing(BurdenedTarget target) {
    return operator.export(keyspace, "t").to(target).taskCount(8).skipPreflight();
  }

  /** A page of rows waits for minutes at this rate, and goes on when the limit is removed. */
  @Test
  void removesTheRateLimitOfARunningJob() throws Exception {
    Watched job = start(export("raised").taskCount(8).maxRowsPerSecond(1).pageSize(500));
    watch(Duration.ofSeconds(3));
    ConsoleClient client = new ConsoleClient(console.uri());
    ConsoleClient.Answer changed =
        client.call(
            "POST",
            "/api/tuning/apply",
            "{\"job\":\"%s\",\"parameter\":\"maxRowsPerSecond\",\"value\":0}".formatted(job.id()));
    assertThat(changed.status()).as(changed.error()).isEqualTo(202);
    assertThat(job.ended()).succeedsWithin(Duration.ofSeconds(30));
    JsonNode stored = client.get("/api/batch-jobs/" + job.id()).body();
    assertThat(stored.path("result").path("rows").asLong()).isEqualTo(ROWS);
    assertThat(stored.path("result").path("files").asInt()).isPositive();
    assertThat(stored.path("subject").path("table").asText()).isEqualTo("t");
  }

  /** The job fails, and its error says which limit to raise. */
  @Test
  void saysThatTheDiskIsFull() {
    Watched job = start(export("full").taskCount(8).maxDiskBytes(1_000));
    assertThat(job.ended()).failsWithin(Duration.ofSeconds(20));
    JsonNode stored = new ConsoleClient(console.uri()).get("/api/batch-jobs/" + job.id()).body();
    assertThat(stored.path("status").asText()).isEqualTo("FAILED");
    assertThat(stored.path("error").asText()).contains("maxDiskBytes");
    assertThat(stored.path("result").isNull()).isTrue();
    assertThat(stored.path("subject").path("format").asText()).isEqualTo("csv");
  }

  /** A job that was faster alone is limited by the other one; the other one has no baseline. */
  @Test
  @Slow
  void namesAnotherJobAfterABaseline() throws Exception {
    insert("large", 5 * MANY_ROWS);
    Watched first = start(slow().taskCount(8).parallelism(8));
    watch(Duration.ofSeconds(14));
    List<Watched> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      others.add(start(slow().taskCount(128).parallelism(64)));
    }
    Instant joined = Instant.now();
    watch(Duration.ofSeconds(25));
    assertSame(first);
    assertLimitedBy(first, Kind.OTHER_JOB, joined.plusSeconds(18), Instant.now());
    assertThat(
            others.stream()
                .flatMap(other -> other.progress().stream())
                .flatMap(each -> each.progress().limitedBy().stream())
                .map(LimitingFactor::kind))
        .doesNotContain(Kind.OTHER_JOB);
  }
}
