package io.ringhaul.internal.jobstore;

import com.fasterxml.jackson.core.type.TypeReference;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The table of jobs. */
final class JobTable {

  private static final String DEFINITION =
      "id, name, description, labels, kind, created, fingerprint, configuration";
  private static final int DEFINITION_COLUMNS = 8;

  private static final String STATE =
      "status, started, completed, total, processed, failed, row_count, rejected_rows,"
          + " reject_bytes, run, owner_host, owner_pid, owner_start, owner_machine, owner_mark,"
          + " owner_holder, last_seen, error, state_checksum";
  private static final int STATE_COLUMNS = 18;
  private static final int CLAIM_COLUMNS = 7;

  private static final String ALL =
      DEFINITION + ", definition_checksum, plan, plan_checksum, " + STATE;
  private static final int PLAN_AT = DEFINITION_COLUMNS + 2;
  private static final int STATE_AT = PLAN_AT + 2;

  private final Connection connection;

  JobTable(Connection connection) {
    this.connection = connection;
  }

  Optional<Job> find(UUID id) {
    return Sql.query(
            connection,
            "SELECT " + ALL + " FROM batch_jobs WHERE id = ?",
            JobTable::job,
            id.toString())
        .stream()
        .findFirst();
  }

  List<Job> all() {
    return Sql.query(
        connection, "SELECT " + ALL + " FROM batch_jobs ORDER BY created DESC, id", JobTable::job);
  }

  List<UUID> ids() {
    return Sql.query(
        connection,
        "SELECT id FROM batch_jobs ORDER BY created DESC, id",
        row -> UUID.fromString(row.getString(1)));
  }

  /** Without a look at their checksums: nothing is done by it. */
  Map<UUID, String> underWay(Instant since) {
    Map<UUID, String> names = new HashMap<>();
    Sql.query(
            connection,
            "SELECT id, name FROM batch_jobs WHERE status IN ('RUNNING', 'STOPPING')"
                + " AND last_seen >= ?",
            row -> Map.entry(UUID.fromString(Sql.text(row, 1)), Sql.text(row, 2)),
            StoredTime.text(since))
        .forEach(each -> names.put(each.getKey(), each.getValue()));
    return names;
  }

  /** The changing part of a job; writes to its row first, which keeps everybody else from it. */
  Optional<JobState> lock(UUID id) {
    String key = id.toString();
    if (Sql.update(connection, "UPDATE batch_jobs SET run = run WHERE id = ?", key) == 0) {
      return Optional.empty();
    }
    return Sql.query(
            connection,
            "SELECT " + STATE + " FROM batch_jobs WHERE id = ?",
            row -> state(CheckedColumns.read(row, key, 1, STATE_COLUMNS)),
            key)
        .stream()
        .findFirst();
  }

  void insert(Job job) {
    String key = job.id().toString();
    Sql.update(
        connection,
        "INSERT INTO batch_jobs ("
            + ALL
            + ") VALUES (?"
            + ", ?".repeat(STATE_AT + STATE_COLUMNS - 1)
            + ")",
        CheckedColumns.join(
            definition(job),
            CheckedColumns.sealed(key, new @Nullable Object[] {null}),
            CheckedColumns.sealed(key, columns(new JobState()))));
  }

  void redefine(Job job) {
    Sql.update(
        connection,
        "UPDATE batch_jobs SET ("
            + DEFINITION
            + ", definition_checksum) = (?"
            + ", ?".repeat(DEFINITION_COLUMNS)
            + ") WHERE id = ?",
        CheckedColumns.join(definition(job), new Object[] {job.id().toString()}));
  }

  private static @Nullable Object[] definition(Job job) {
    String key = job.id().toString();
    JobDefinition definition = job.definition();
    return CheckedColumns.sealed(
        key,
        key,
        StoredText.exact("name", job.name()),
        StoredText.exact("description", job.description()),
        StoredText.exact("labels", StoredText.sortedJson(job.labels())),
        job.kind().name(),
        StoredTime.text(job.created()),
        StoredText.exact("fingerprint", StoredText.sortedJson(definition.fingerprint())),
        StoredText.exact(
            "configuration",
            Json.text(
                new Configuration(new TreeMap<>(definition.settings()), definition.command()))));
  }

  void update(UUID id, JobState state) {
    Sql.update(
        connection,
        "UPDATE batch_jobs SET ("
            + STATE
            + ") = (?"
            + ", ?".repeat(STATE_COLUMNS)
            + ") WHERE id = ?",
        CheckedColumns.join(
            CheckedColumns.sealed(id.toString(), columns(state)), new Object[] {id.toString()}));
  }

  void updatePlan(UUID id, @Nullable String plan) {
    @Nullable Object text = plan == null ? null : StoredText.exact("plan", plan);
    Sql.update(
        connection,
        "UPDATE batch_jobs SET plan = ?, plan_checksum = ? WHERE id = ?",
        CheckedColumns.join(
            CheckedColumns.sealed(id.toString(), new @Nullable Object[] {text}),
            new Object[] {id.toString()}));
  }

  void delete(UUID id) {
    Sql.update(connection, "DELETE FROM batch_jobs WHERE id = ?", id.toString());
  }

  private static @Nullable Object[] columns(JobState state) {
    JobFigures figures = state.figures;
    @Nullable Claim claim = state.claim;
    @Nullable JobOwner owner = claim == null ? null : claim.owner();
    return new @Nullable Object[] {
      state.status.name(),
      StoredTime.textOrNull(state.started),
      StoredTime.textOrNull(state.completed),
      figures.partitions(),
      figures.done(),
      figures.failed(),
      figures.rows(),
      figures.rejectedRows(),
      state.rejectBytes,
      state.run,
      owner == null ? null : owner.host(),
      owner == null ? null : owner.pid(),
      owner == null ? null : StoredTime.text(owner.processStart()),
      claim == null ? null : claim.machine(),
      claim == null ? null : claim.mark(),
      claim == null ? null : claim.holder(),
      owner == null ? null : StoredTime.text(owner.lastSeen()),
      state.error == null ? null : StoredText.readable(state.error)
    };
  }

  private static Job job(ResultSet row) throws SQLException {
    String key = Objects.requireNonNullElse(row.getString(1), "");
    CheckedColumns columns = CheckedColumns.read(row, key, 1, DEFINITION_COLUMNS);
    UUID id = UUID.fromString(columns.text());
    String name = columns.text();
    String description = columns.text();
    Map<String, String> labels = StoredText.map(columns.text());
    JobKind kind = JobKind.valueOf(columns.text());
    Instant created = columns.moment();
    Map<String, String> fingerprint = StoredText.map(columns.text());
    Configuration configuration =
        StoredText.parse(columns.text(), new TypeReference<Configuration>() {});
    return state(CheckedColumns.read(row, key, STATE_AT, STATE_COLUMNS))
        .of(
            id,
            name,
            description,
            labels,
            kind,
            created,
            new JobDefinition(fingerprint, configuration.settings(), configuration.command()),
            Optional.ofNullable(CheckedColumns.read(row, key, PLAN_AT, 1).textOrNull()));
  }

  private static JobState state(CheckedColumns columns) {
    JobState state = new JobState();
    state.status = JobStatus.valueOf(columns.text());
    state.started = columns.momentOrNull();
    state.completed = columns.momentOrNull();
    state.figures =
        new JobFigures(
            columns.integer(),
            columns.integer(),
            columns.integer(),
            columns.number(),
            columns.number());
    state.rejectBytes = columns.number();
    state.run = columns.integer();
    state.claim = claim(columns);
    state.error = columns.textOrNull();
    return state;
  }

  private static @Nullable Claim claim(CheckedColumns columns) {
    @Nullable String host = columns.textOrNull();
    if (host == null) {
      columns.skip(CLAIM_COLUMNS - 1);
      return null;
    }
    long pid = columns.number();
    Instant start = columns.moment();
    String machine = columns.text();
    String mark = columns.text();
    String holder = columns.text();
    return new Claim(new JobOwner(host, pid, start, columns.moment()), machine, mark, holder);
  }

  /** The part of a job that is stored beside its fingerprint. */
  private record Configuration(Map<String, String> settings, List<String> command) {}
}
