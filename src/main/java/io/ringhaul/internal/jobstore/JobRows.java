package io.ringhaul.internal.jobstore;

import com.fasterxml.jackson.core.type.TypeReference;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.jobstore.JobState.Claim;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.LastAttempt;
import io.ringhaul.job.PartitionStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * The rows of jobs and their partitions. Values that change together share a checksum; the plan,
 * which may be large, has its own and is not read when a checkpoint is stored.
 */
final class JobRows {

  private static final CheckedColumns DEFINITION =
      new CheckedColumns(
          "definition_checksum",
          "id, name, description, labels, kind, created, fingerprint, configuration");

  private static final CheckedColumns PLAN = new CheckedColumns("plan_checksum", "plan");

  private static final CheckedColumns STATE =
      new CheckedColumns(
          "state_checksum",
          "status, started, run_started, completed, run_nanos, total, processed, failed, row_count,"
              + " rejected_rows, reject_bytes, run, error, owner_host, owner_pid, owner_start,"
              + " owner_machine, owner_mark, owner_holder, last_seen");

  private static final CheckedColumns UNIT =
      new CheckedColumns("unit_checksum", "number, token_space, unit");

  private static final CheckedColumns PARTITION =
      new CheckedColumns(
          "state_checksum",
          "status, attempt, row_count, bytes, rejected_rows, outputs, error, begun, ended, worker,"
              + " replica");

  private static final Statements SQL =
      new Statements(
          "jobs.sql",
          Map.of(
              "definition", DEFINITION,
              "plan", PLAN,
              "state", STATE,
              "unit", UNIT,
              "partition", PARTITION));

  private static final int BATCH = 500;

  /** The column {@code configuration}, as JSON. */
  private record Configuration(Map<String, String> settings, List<String> command) {}

  private JobRows() {}

  static Optional<Job> job(Handle handle, UUID id) {
    return SQL.query(handle, "findJob").bind("job", id).map((row, ignored) -> job(row)).findFirst();
  }

  /** All jobs, the newest first. */
  static List<Job> jobs(Handle handle) {
    return SQL.query(handle, "allJobs").map((row, ignored) -> job(row)).list();
  }

  /** The newest jobs, and older ones that have not ended, the newest first. */
  static List<Job> latest(Handle handle, int most) {
    return SQL.query(handle, "latestJobs")
        .bind("most", most)
        .map((row, ignored) -> job(row))
        .list();
  }

  /** The ids of all jobs, the newest first. */
  static List<UUID> ids(Handle handle) {
    return SQL.query(handle, "jobIds")
        .map((row, ignored) -> UUID.fromString(row.getString(1)))
        .list();
  }

  /**
   * The names, by id, of the other jobs whose processes have given a sign of life since then. Their
   * checksums are not checked, since nothing depends on the names.
   */
  static Map<UUID, String> underWay(Handle handle, UUID job, Instant since) {
    return SQL.query(handle, "jobsUnderWay")
        .bind("job", job)
        .bind("since", StoredTime.text(since))
        .map((row, ignored) -> Map.entry(UUID.fromString(row.getString(1)), row.getString(2)))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /**
   * Reads the state of a job, and keeps other connections from the job until the transaction ends.
   */
  static Optional<JobState> lock(Handle handle, UUID id) {
    return SQL.query(handle, "lockJob")
        .bind("job", id)
        .map((row, ignored) -> state(row, id.toString()))
        .findFirst();
  }

  /** Adds a job of an unused id, with the state of a new job and without a plan. */
  static void insert(Handle handle, Job job) {
    String key = job.id().toString();
    Update statement =
        bindDefinition(
            SQL.update(handle, "insertJob"),
            job,
            job.name(),
            job.description(),
            job.labels(),
            job.definition());
    PLAN.bind(statement, key, new @Nullable Object[] {null});
    bindState(statement, key, new JobState()).execute();
  }

  /** Replaces what users call a job, and what it does. */
  static void redefine(
      Handle handle,
      Job job,
      String name,
      String description,
      Map<String, String> labels,
      JobDefinition definition) {
    bindDefinition(SQL.update(handle, "redefineJob"), job, name, description, labels, definition)
        .execute();
  }

  static void update(Handle handle, UUID id, JobState state) {
    bindState(SQL.update(handle, "updateJob").bind("job", id), id.toString(), state).execute();
  }

  static void updatePlan(Handle handle, UUID id, Optional<String> plan) {
    @Nullable Object text = plan.map(each -> StoredText.exact("plan", each)).orElse(null);
    PLAN.bind(
            SQL.update(handle, "updatePlan").bind("job", id),
            id.toString(),
            new @Nullable Object[] {text})
        .execute();
  }

  static void delete(Handle handle, UUID id) {
    SQL.update(handle, "deleteJob").bind("job", id).execute();
  }

  private static Update bindDefinition(
      Update statement,
      Job job,
      String name,
      String description,
      Map<String, String> labels,
      JobDefinition definition) {
    String key = job.id().toString();
    return DEFINITION.bind(
        statement,
        key,
        key,
        StoredText.exact("name", name),
        StoredText.exact("description", description),
        StoredText.exact("labels", StoredText.sortedJson(labels)),
        job.kind().name(),
        StoredTime.text(job.created()),
        StoredText.exact("fingerprint", StoredText.sortedJson(definition.fingerprint())),
        StoredText.exact(
            "configuration",
            Json.text(
                new Configuration(new TreeMap<>(definition.settings()), definition.command()))));
  }

  private static Update bindState(Update statement, String key, JobState state) {
    JobFigures figures = state.figures;
    @Nullable Claim claim = state.claim;
    @Nullable JobOwner owner = claim == null ? null : claim.owner();
    return STATE.bind(
        statement,
        key,
        state.status.name(),
        StoredTime.textOrNull(state.started),
        StoredTime.textOrNull(state.runStarted),
        StoredTime.textOrNull(state.completed),
        state.runTime.toNanos(),
        figures.partitions(),
        figures.done(),
        figures.failed(),
        figures.rows(),
        figures.rejectedRows(),
        state.rejectBytes,
        state.run,
        state.error == null ? null : StoredText.readable(state.error),
        owner == null ? null : owner.host(),
        owner == null ? null : owner.pid(),
        owner == null ? null : StoredTime.text(owner.processStart()),
        claim == null ? null : claim.machine(),
        claim == null ? null : claim.mark(),
        claim == null ? null : claim.holder(),
        owner == null ? null : StoredTime.text(owner.lastSeen()));
  }

  private static Job job(ResultSet row) throws SQLException {
    String key = Objects.requireNonNullElse(row.getString("id"), "");
    CheckedColumns.Values values = DEFINITION.read(row, key);
    UUID id = UUID.fromString(values.text());
    String name = values.text();
    String description = values.text();
    Map<String, String> labels = StoredText.map(values.text());
    JobKind kind = JobKind.valueOf(values.text());
    Instant created = values.moment();
    Map<String, String> fingerprint = StoredText.map(values.text());
    Configuration configuration =
        StoredText.parse(values.text(), new TypeReference<Configuration>() {});
    JobState state = state(row, key);
    return new Job(
        id,
        name,
        description,
        labels,
        kind,
        state.status,
        created,
        Optional.ofNullable(state.started),
        Optional.ofNullable(state.runStarted),
        Optional.ofNullable(state.completed),
        state.runTime,
        state.figures,
        new JobDefinition(fingerprint, configuration.settings(), configuration.command()),
        Optional.ofNullable(PLAN.read(row, key).textOrNull()),
        state.run,
        Optional.ofNullable(state.claim).map(Claim::owner),
        Optional.ofNullable(state.error));
  }

  private static JobState state(ResultSet row, String key) throws SQLException {
    CheckedColumns.Values values = STATE.read(row, key);
    JobState state = new JobState();
    state.status = JobStatus.valueOf(values.text());
    state.started = values.momentOrNull();
    state.runStarted = values.momentOrNull();
    state.completed = values.momentOrNull();
    state.runTime = Duration.ofNanos(values.number());
    state.figures =
        new JobFigures(
            values.integer(), values.integer(), values.integer(), values.number(), values.number());
    state.rejectBytes = values.number();
    state.run = values.integer();
    state.error = values.textOrNull();
    @Nullable String host = values.textOrNull();
    if (host != null) {
      long pid = values.number();
      Instant start = values.moment();
      String machine = values.text();
      String mark = values.text();
      String holder = values.text();
      state.claim =
          new Claim(new JobOwner(host, pid, start, values.moment()), machine, mark, holder);
    }
    return state;
  }

  /** The partitions of a job, by number. */
  static List<JobPartition> partitions(Handle handle, UUID id) {
    return SQL.query(handle, "allPartitions")
        .bind("job", id)
        .map((row, ignored) -> partition(row, id.toString()))
        .list();
  }

  static Optional<JobPartition> partition(Handle handle, UUID id, int number) {
    return SQL.query(handle, "findPartition")
        .bind("job", id)
        .bind("number", number)
        .map((row, ignored) -> partition(row, id.toString()))
        .findFirst();
  }

  static Set<Integer> doneNumbers(Handle handle, UUID id) {
    return new HashSet<>(
        SQL.query(handle, "doneNumbers").bind("job", id).mapTo(Integer.class).list());
  }

  /** Adds partitions of unused numbers. */
  static void insert(Handle handle, UUID id, List<JobPartition> partitions) {
    String key = id.toString();
    try (PreparedBatch batch = SQL.batch(handle, "insertPartition")) {
      for (JobPartition each : partitions) {
        bindUnit(batch.bind("job", id), key, each);
        bindPartition(batch, key, each).add();
        if (batch.size() == BATCH) {
          batch.execute();
        }
      }
      if (batch.size() > 0) {
        batch.execute();
      }
    }
  }

  /** Stores a partition except for what it reads. */
  static void update(Handle handle, UUID id, JobPartition partition) {
    bindPartition(
            SQL.update(handle, "updatePartition")
                .bind("job", id)
                .bind("number", partition.number()),
            id.toString(),
            partition)
        .execute();
  }

  /** Stores what a partition reads. */
  static void updateUnit(Handle handle, UUID id, JobPartition partition) {
    bindUnit(SQL.update(handle, "updateUnit").bind("job", id), id.toString(), partition).execute();
  }

  /** Makes the partitions of these statuses pending. */
  static void release(Handle handle, UUID id, PartitionStatus... statuses) {
    for (PartitionStatus status : statuses) {
      SQL.query(handle, "partitionsOfStatus")
          .bind("job", id)
          .bind("status", status.name())
          .map((row, ignored) -> partition(row, id.toString()))
          .list()
          .forEach(each -> update(handle, id, Changes.released(each)));
    }
  }

  static void deleteOpenPartitions(Handle handle, UUID id) {
    SQL.update(handle, "deleteOpenPartitions").bind("job", id).execute();
  }

  static void deletePartitions(Handle handle, UUID id) {
    SQL.update(handle, "deletePartitions").bind("job", id).execute();
  }

  private static <S extends SqlStatement<S>> S bindUnit(
      S statement, String key, JobPartition partition) {
    return UNIT.bind(
        statement,
        key,
        partition.number(),
        TokenText.of(partition.tokens()),
        partition.unit().map(unit -> StoredText.exact("unit", unit)).orElse(null));
  }

  private static <S extends SqlStatement<S>> S bindPartition(
      S statement, String key, JobPartition partition) {
    Optional<LastAttempt> attempt = partition.lastAttempt();
    return PARTITION.bind(
        statement,
        stateKey(key, partition.number()),
        partition.status().name(),
        partition.attempt(),
        partition.rows(),
        partition.bytes(),
        partition.rejectedRows(),
        StoredText.exact("outputs", Json.text(partition.outputs())),
        partition.error().map(StoredText::readable).orElse(null),
        attempt.map(each -> StoredTime.text(each.begun())).orElse(null),
        attempt.flatMap(LastAttempt::ended).map(StoredTime::text).orElse(null),
        attempt
            .map(LastAttempt::worker)
            .filter(OptionalInt::isPresent)
            .map(OptionalInt::getAsInt)
            .orElse(null),
        attempt.flatMap(LastAttempt::replica).map(StoredText::readable).orElse(null));
  }

  private static JobPartition partition(ResultSet row, String key) throws SQLException {
    CheckedColumns.Values unit = UNIT.read(row, key);
    int number = unit.integer();
    CheckedColumns.Values state = PARTITION.read(row, stateKey(key, number));
    return new JobPartition(
        number,
        PartitionStatus.valueOf(state.text()),
        state.integer(),
        TokenText.parse(unit.text()),
        Optional.ofNullable(unit.textOrNull()),
        state.number(),
        state.number(),
        state.number(),
        StoredText.list(state.text()),
        Optional.ofNullable(state.textOrNull()),
        lastAttempt(state));
  }

  private static Optional<LastAttempt> lastAttempt(CheckedColumns.Values values) {
    @Nullable Instant begun = values.momentOrNull();
    if (begun == null) {
      return Optional.empty();
    }
    Optional<Instant> ended = Optional.ofNullable(values.momentOrNull());
    @Nullable String worker = values.textOrNull();
    return Optional.of(
        new LastAttempt(
            begun,
            ended,
            worker == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(worker)),
            Optional.ofNullable(values.textOrNull())));
  }

  /** What the checksum of a partition's state covers besides the state. */
  private static String stateKey(String key, int number) {
    return key + " partition " + number;
  }
}
