package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobProfile;
import io.ringhaul.job.JobRequest;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.MetricQuery;
import io.ringhaul.job.StoredBottleneck;
import io.ringhaul.job.TuningEntry;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Telemetry in the tables of a database. */
final class SqlTelemetry implements TelemetryRecords {

  /** About 40 MB of a file. */
  private static final int CAPACITY = 200_000;

  private final Connection connection;
  private final MetricTable performance;
  private final MetricTable resource;
  private final BottleneckTable bottlenecks;
  private final TuningTable tuning;

  SqlTelemetry(Connection connection) {
    this.connection = connection;
    this.performance = new MetricTable(connection, MetricKind.PERFORMANCE);
    this.resource = new MetricTable(connection, MetricKind.RESOURCE);
    this.bottlenecks = new BottleneckTable(connection);
    this.tuning = new TuningTable(connection);
  }

  private MetricTable table(MetricKind kind) {
    return switch (kind) {
      case PERFORMANCE -> performance;
      case RESOURCE -> resource;
    };
  }

  @Override
  public int capacity() {
    return CAPACITY;
  }

  @Override
  public boolean hasJob(UUID id) {
    return !Sql.query(
            connection, "SELECT 1 FROM batch_jobs WHERE id = ?", row -> true, id.toString())
        .isEmpty();
  }

  @Override
  public void insert(UUID id, MetricKind kind, Resolution resolution, List<Metric> metrics) {
    table(kind).insert(id, resolution, metrics);
  }

  @Override
  public List<Metric> metrics(MetricQuery query) {
    return table(query.kind()).select(query);
  }

  @Override
  public OptionalLong newest(UUID id, MetricKind kind, Resolution resolution, int number) {
    return table(kind).newest(id, resolution, number);
  }

  @Override
  public int deleteOldest(UUID id, MetricKind kind, Resolution resolution, long before, int most) {
    return table(kind).deleteOldest(id, resolution, before, most);
  }

  @Override
  public void keepNewestJobs(int jobs) {
    performance.keepNewestJobs(jobs);
    resource.keepNewestJobs(jobs);
  }

  @Override
  public void put(UUID id, StoredBottleneck bottleneck) {
    bottlenecks.put(id, bottleneck);
  }

  @Override
  public List<StoredBottleneck> bottlenecks(UUID id) {
    return bottlenecks.all(id);
  }

  @Override
  public void keepNewestBottlenecks(UUID id, int count) {
    bottlenecks.keepNewest(id, count);
  }

  @Override
  public void put(UUID id, TuningEntry entry) {
    tuning.put(id, entry);
  }

  @Override
  public List<TuningEntry> tuning(UUID id) {
    return tuning.all(id);
  }

  @Override
  public void keepNewestTuning(UUID id, int count) {
    tuning.keepNewest(id, count);
  }

  @Override
  public void putTuned(
      String subject, Map<String, Long> parameters, double rowsPerSecond, Instant time) {
    tuning.putTuned(subject, parameters, rowsPerSecond, time);
  }

  @Override
  public Map<String, Long> tuned(String subject) {
    return tuning.tuned(subject);
  }

  @Override
  public void insert(UUID id, JobRequest request) {
    Sql.upsert(
        connection,
        "job_requests",
        "job_id, id",
        "kind, body, created",
        id.toString(),
        StoredText.readable(request.id()),
        request.kind().name(),
        StoredText.readable(request.body()),
        request.created().toEpochMilli());
  }

  @Override
  public List<JobRequest> requests(UUID id) {
    return Sql.query(
        connection,
        "SELECT id, kind, body, created FROM job_requests WHERE job_id = ? ORDER BY created, id",
        row ->
            new JobRequest(
                Sql.text(row, 1),
                Sql.constant(JobRequest.Kind.class, Sql.text(row, 2)),
                Sql.text(row, 3),
                Instant.ofEpochMilli(row.getLong(4))),
        id.toString());
  }

  @Override
  public boolean delete(UUID id, JobRequest request) {
    return Sql.update(
            connection,
            "DELETE FROM job_requests WHERE job_id = ? AND id = ?",
            id.toString(),
            request.id())
        > 0;
  }

  @Override
  public void put(UUID id, JobProfile profile) {
    Sql.upsert(
        connection,
        "job_profiles",
        "job_id",
        "id, state, seconds, stacks, error",
        id.toString(),
        StoredText.readable(profile.id()),
        profile.state().name(),
        profile.seconds(),
        profile.stacks().map(StoredText::readable).orElse(null),
        profile.error().map(StoredText::readable).orElse(null));
  }

  @Override
  public Optional<JobProfile> profile(UUID id) {
    return Sql.query(
            connection,
            "SELECT id, state, seconds, stacks, error FROM job_profiles WHERE job_id = ?",
            row ->
                new JobProfile(
                    Sql.text(row, 1),
                    Sql.constant(JobProfile.State.class, Sql.text(row, 2)),
                    row.getInt(3),
                    Optional.ofNullable(row.getString(4)),
                    Optional.ofNullable(row.getString(5))),
            id.toString())
        .stream()
        .findFirst();
  }

  @Override
  public void reset(UUID id) {
    performance.deleteAll(id);
    resource.deleteAll(id);
    for (String each : List.of("job_bottlenecks", "job_requests", "job_profiles")) {
      deleteAll(each, id);
    }
  }

  @Override
  public void delete(UUID id) {
    reset(id);
    deleteAll("tuning_history", id);
  }

  private void deleteAll(String table, UUID id) {
    Sql.update(connection, "DELETE FROM " + table + " WHERE job_id = ?", id.toString());
  }
}
