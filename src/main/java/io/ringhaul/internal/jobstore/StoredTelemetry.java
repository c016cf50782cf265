package io.ringhaul.internal.jobstore;

import com.fasterxml.jackson.core.type.TypeReference;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Telemetry in a database. */
final class StoredTelemetry implements JobTelemetry {

  private static final Statements SQL = new Statements("telemetry.sql", Map.of());

  /** The metrics of older jobs are forgotten. */
  static final int MOST_JOBS = 100;

  static final int MOST_ENTRIES = 200;
  static final int MOST_REQUESTS = 20;

  /** A process says every second that it lives. */
  private static final Duration ALIVE = Duration.ofSeconds(5);

  private static final int MOST_HISTORIES = 64;
  private static final Duration TIDIED_EVERY = Duration.ofMinutes(10);

  private record Key(UUID job, MetricKind kind) {}

  private final StoreDatabase database;
  private final Map<Key, MetricHistory> histories =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, MetricHistory> eldest) {
          return size() > MOST_HISTORIES;
        }
      };
  private final AtomicLong nextTidying = new AtomicLong(System.nanoTime());

  StoredTelemetry(StoreDatabase database) {
    this.database = database;
  }

  /** The records of telemetry are the rows of their tables. */
  static void registerMappers(Jdbi jdbi) {
    for (Class<?> each :
        List.of(Metric.class, TuningEntry.class, JobRequest.class, JobProfile.class)) {
      jdbi.registerRowMapper(ConstructorMapper.factory(each));
    }
    jdbi.registerRowMapper(Bottleneck.class, (row, ignored) -> bottleneck(row));
  }

  private static Bottleneck bottleneck(ResultSet row) throws SQLException {
    String parameter = row.getString("parameter");
    long value = row.getLong("value");
    return new Bottleneck(
        row.getString("id"),
        kind(row.getString("kind")),
        row.getString("component"),
        StoredText.parse(row.getString("evidence"), new TypeReference<Map<String, Double>>() {}),
        row.getString("reason"),
        row.getString("recommendation"),
        Optional.ofNullable(parameter).map(name -> new Bottleneck.Proposal(name, value)),
        Instant.ofEpochMilli(row.getLong("since")),
        Instant.ofEpochMilli(row.getLong("last_seen")),
        row.getBoolean("open"));
  }

  private static BottleneckKind kind(String name) {
    try {
      return BottleneckKind.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new DamagedRecord("there is no kind of bottleneck " + name);
    }
  }

  @Override
  public void add(UUID job, MetricKind kind, Collection<Metric> metrics) {
    List<Metric> storable = metrics.stream().filter(each -> Double.isFinite(each.value())).toList();
    boolean isTimeToTidy = isTimeToTidy();
    history(job, kind)
        .add(
            storable,
            step ->
                database.write(
                    handle -> {
                      require(handle, job);
                      step.accept(handle);
                      if (isTimeToTidy) {
                        tidy(handle, job);
                      }
                      return true;
                    }));
  }

  private MetricHistory history(UUID job, MetricKind kind) {
    synchronized (histories) {
      return histories.computeIfAbsent(
          new Key(job, kind), none -> new MetricHistory(job, kind, database.metricCapacity()));
    }
  }

  private boolean isTimeToTidy() {
    long now = System.nanoTime();
    long before = nextTidying.get();
    return now - before >= 0 && nextTidying.compareAndSet(before, now + TIDIED_EVERY.toNanos());
  }

  /** Thins out the metrics of jobs whose processes have ended, and thus do not do it any more. */
  private void tidy(Handle handle, UUID own) {
    MetricHistory.keepNewestJobs(handle, MOST_JOBS);
    long now = database.now(handle).toEpochMilli();
    JobRows.ids(handle).stream()
        .limit(MOST_JOBS)
        .filter(job -> !job.equals(own))
        .forEach(
            job -> {
              for (MetricKind kind : MetricKind.values()) {
                MetricHistory.thinOut(handle, job, kind, now, database.metricCapacity());
              }
            });
  }

  @Override
  public List<Metric> metrics(MetricQuery query) {
    return read(query.job(), handle -> MetricHistory.select(handle, query));
  }

  @Override
  public List<Metric> latest(UUID job, MetricKind kind) {
    return read(job, handle -> MetricHistory.latest(handle, job, kind));
  }

  @Override
  public Map<UUID, List<Metric>> latestOfCompleted(MetricKind kind) {
    return database.read(handle -> MetricHistory.latestOfCompleted(handle, kind, MOST_JOBS));
  }

  @Override
  public Map<UUID, String> beside(UUID job) {
    return read(job, handle -> JobRows.underWay(handle, job, database.now(handle).minus(ALIVE)));
  }

  @Override
  public void put(UUID job, Collection<Bottleneck> bottlenecks) {
    change(
        job,
        handle -> {
          for (Bottleneck each : bottlenecks) {
            Map<String, Double> evidence = new TreeMap<>(each.evidence());
            evidence.values().removeIf(value -> !Double.isFinite(value));
            SQL.update(handle, "putBottleneck")
                .bind("job", job)
                .bindMethods(each)
                .bind("evidence", Json.text(evidence))
                .bind("parameter", each.proposal().map(Bottleneck.Proposal::parameter))
                .bind("value", each.proposal().map(Bottleneck.Proposal::value))
                .execute();
          }
          keepNewest(handle, "keepNewestBottlenecks", job);
        });
  }

  @Override
  public List<Bottleneck> bottlenecks(UUID job) {
    return rows(job, "bottlenecks", Bottleneck.class);
  }

  @Override
  public void put(UUID job, TuningEntry entry) {
    change(job, handle -> put(handle, job, entry));
  }

  private static void put(Handle handle, UUID job, TuningEntry entry) {
    SQL.update(handle, "putTuning").bind("job", job).bindMethods(entry).execute();
    keepNewest(handle, "keepNewestTuning", job);
  }

  private static void keepNewest(Handle handle, String statement, UUID job) {
    SQL.update(handle, statement).bind("job", job).bind("limit", MOST_ENTRIES).execute();
  }

  @Override
  public List<TuningEntry> tuning(UUID job) {
    return rows(job, "tuning", TuningEntry.class);
  }

  @Override
  public void putTuned(String subject, Map<String, Long> parameters, double rowsPerSecond) {
    database.writeRepeatably(
        handle ->
            SQL.update(handle, "putTuned")
                .bind("subject", subject)
                .bind("parameters", Json.text(new TreeMap<>(parameters)))
                .bind("rowsPerSecond", rowsPerSecond)
                .bind("time", database.now(handle))
                .execute());
  }

  @Override
  public Map<String, Long> tuned(String subject) {
    return database.read(
        handle ->
            SQL.query(handle, "tuned")
                .bind("subject", subject)
                .mapTo(String.class)
                .findFirst()
                .map(each -> StoredText.parse(each, new TypeReference<Map<String, Long>>() {}))
                .map(Map::copyOf)
                .orElse(Map.of()));
  }

  @Override
  public JobRequest ask(UUID job, JobRequest.Kind kind, String body) {
    String id = UUID.randomUUID().toString();
    Optional<JobProfile> profile =
        kind == JobRequest.Kind.PROFILE
            ? Optional.of(JobProfile.requested(id, body))
            : Optional.empty();
    return database.writeRepeatably(
        handle -> {
          JobRequest request = insert(handle, job, id, kind, body);
          profile.ifPresent(each -> put(handle, job, each));
          return request;
        });
  }

  @Override
  public TuningEntry ask(UUID job, TuningEntry wanted) {
    String body =
        Json.text(new TreeMap<>(Map.of("parameter", wanted.parameter(), "value", wanted.after())));
    return database.writeRepeatably(
        handle -> {
          JobRequest request = insert(handle, job, wanted.id(), JobRequest.Kind.TUNE, body);
          TuningEntry entry =
              new TuningEntry(
                  wanted.id(),
                  request.created(),
                  wanted.parameter(),
                  wanted.before(),
                  wanted.after(),
                  wanted.reason(),
                  wanted.effect(),
                  wanted.state());
          // In one step with the request: the answer of a process that takes it comes later.
          put(handle, job, entry);
          return entry;
        });
  }

  private JobRequest insert(Handle handle, UUID job, String id, JobRequest.Kind kind, String body) {
    require(handle, job);
    if (requests(handle, job).size() >= MOST_REQUESTS) {
      throw new JobException(
          job,
          "Job "
              + job
              + " has "
              + MOST_REQUESTS
              + " waiting requests; check whether its process still runs",
          null);
    }
    Instant created = Instant.ofEpochMilli(database.now(handle).toEpochMilli());
    JobRequest request = new JobRequest(id, kind, body, created);
    SQL.update(handle, "putRequest").bind("job", job).bindMethods(request).execute();
    return request;
  }

  private static List<JobRequest> requests(Handle handle, UUID job) {
    return SQL.query(handle, "requests").bind("job", job).mapTo(JobRequest.class).list();
  }

  @Override
  public List<JobRequest> take(UUID job) {
    // Called every second, and nearly always without requests: that must not wait for writers.
    if (read(job, handle -> requests(handle, job)).isEmpty()) {
      return List.of();
    }
    return database.write(
        handle -> {
          require(handle, job);
          return requests(handle, job).stream()
              .filter(
                  each ->
                      SQL.update(handle, "deleteRequest")
                              .bind("job", job)
                              .bind("id", each.id())
                              .execute()
                          > 0)
              .toList();
        });
  }

  @Override
  public void put(UUID job, JobProfile profile) {
    change(job, handle -> put(handle, job, profile));
  }

  private static void put(Handle handle, UUID job, JobProfile profile) {
    SQL.update(handle, "putProfile").bind("job", job).bindMethods(profile).execute();
  }

  @Override
  public Optional<JobProfile> profile(UUID job) {
    return rows(job, "profile", JobProfile.class).stream().findFirst();
  }

  /** Removes the telemetry of a job's runs, but not its tuning history. */
  static void reset(Handle handle, UUID job) {
    for (String each :
        List.of("deleteMetrics", "deleteBottlenecks", "deleteRequests", "deleteProfile")) {
      SQL.update(handle, each).bind("job", job).execute();
    }
  }

  /** Removes the telemetry of a job. */
  static void delete(Handle handle, UUID job) {
    reset(handle, job);
    SQL.update(handle, "deleteTuning").bind("job", job).execute();
  }

  private <T> List<T> rows(UUID job, String statement, Class<T> type) {
    return read(job, handle -> SQL.query(handle, statement).bind("job", job).mapTo(type).list());
  }

  private <T> T read(UUID job, Function<Handle, T> work) {
    return database.read(
        handle -> {
          require(handle, job);
          return work.apply(handle);
        });
  }

  private void change(UUID job, Consumer<Handle> work) {
    database.writeRepeatably(
        handle -> {
          require(handle, job);
          work.accept(handle);
          return true;
        });
  }

  private void require(Handle handle, UUID job) {
    if (SQL.query(handle, "hasJob").bind("job", job).mapTo(Integer.class).findFirst().isEmpty()) {
      throw new JobException(job, "There is no job " + job + " in " + database.location(), null);
    }
  }
}
