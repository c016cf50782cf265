package io.ringhaul.internal.jobstore;

import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.LastAttempt;
import io.ringhaul.job.PartitionStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The table of partitions. */
final class PartitionTable {

  private static final String STATE =
      "status, attempt, row_count, bytes, rejected_rows, outputs, error, state_checksum";
  private static final int STATE_COLUMNS = 7;

  private static final String COURSE = "begun, ended, worker, replica, course_checksum";
  private static final int COURSE_COLUMNS = 4;

  private static final String ALL =
      "number, token_space, unit, unit_checksum, " + STATE + ", " + COURSE;
  private static final int UNIT_COLUMNS = 3;
  private static final int STATE_AT = UNIT_COLUMNS + 2;
  private static final int COURSE_AT = STATE_AT + STATE_COLUMNS + 1;

  private static final String SELECT = "SELECT " + ALL + " FROM batch_partitions WHERE job_id = ?";

  private final Connection connection;

  PartitionTable(Connection connection) {
    this.connection = connection;
  }

  List<JobPartition> all(UUID id) {
    return select(id, SELECT + " ORDER BY number", id.toString());
  }

  Optional<JobPartition> find(UUID id, int number) {
    return select(id, SELECT + " AND number = ?", id.toString(), number).stream().findFirst();
  }

  List<JobPartition> ofStatus(UUID id, PartitionStatus status) {
    return select(id, SELECT + " AND status = ?", id.toString(), status.name());
  }

  private List<JobPartition> select(UUID id, String sql, Object... parameters) {
    String key = id.toString();
    return Sql.query(connection, sql, row -> partition(key, row), parameters);
  }

  Set<Integer> numbers(UUID id, PartitionStatus status) {
    return new HashSet<>(
        Sql.query(
            connection,
            "SELECT number FROM batch_partitions WHERE job_id = ? AND status = ?",
            row -> row.getInt(1),
            id.toString(),
            status.name()));
  }

  void insert(UUID id, List<JobPartition> partitions) {
    String key = id.toString();
    Sql.updateAll(
        connection,
        "INSERT INTO batch_partitions (job_id, "
            + ALL
            + ") VALUES (?"
            + ", ?".repeat(COURSE_AT + COURSE_COLUMNS)
            + ")",
        () ->
            partitions.stream()
                .map(
                    each ->
                        CheckedColumns.join(
                            new Object[] {key},
                            unit(key, each),
                            CheckedColumns.sealed(stateKey(key, each.number()), columns(each)),
                            lastAttempt(key, each)))
                .iterator());
  }

  void update(UUID id, JobPartition partition) {
    String key = id.toString();
    int number = partition.number();
    Sql.update(
        connection,
        "UPDATE batch_partitions SET ("
            + STATE
            + ", "
            + COURSE
            + ") = (?"
            + ", ?".repeat(COURSE_AT + COURSE_COLUMNS - STATE_AT)
            + ") WHERE job_id = ? AND number = ?",
        CheckedColumns.join(
            CheckedColumns.sealed(stateKey(key, number), columns(partition)),
            lastAttempt(key, partition),
            new Object[] {key, number}));
  }

  void updateUnit(UUID id, JobPartition partition) {
    String key = id.toString();
    Sql.update(
        connection,
        "UPDATE batch_partitions SET (number, token_space, unit, unit_checksum) = (?, ?, ?, ?)"
            + " WHERE job_id = ? AND number = ?",
        CheckedColumns.join(unit(key, partition), new Object[] {key, partition.number()}));
  }

  void deleteOpen(UUID id) {
    Sql.update(
        connection,
        "DELETE FROM batch_partitions WHERE job_id = ? AND status <> ?",
        id.toString(),
        PartitionStatus.DONE.name());
  }

  void deleteAll(UUID id) {
    Sql.update(connection, "DELETE FROM batch_partitions WHERE job_id = ?", id.toString());
  }

  private static @Nullable Object[] unit(String key, JobPartition partition) {
    return CheckedColumns.sealed(
        key,
        partition.number(),
        TokenText.of(partition.tokens()),
        partition.unit().map(unit -> StoredText.exact("unit", unit)).orElse(null));
  }

  private static @Nullable Object[] columns(JobPartition partition) {
    return new @Nullable Object[] {
      partition.status().name(),
      partition.attempt(),
      partition.rows(),
      partition.bytes(),
      partition.rejectedRows(),
      StoredText.exact("outputs", Json.text(partition.outputs())),
      partition.error().map(StoredText::readable).orElse(null)
    };
  }

  /** Nulls for a partition that no run has begun. */
  private static @Nullable Object[] lastAttempt(String key, JobPartition partition) {
    return partition
        .lastAttempt()
        .map(
            lastAttempt ->
                CheckedColumns.sealed(
                    attemptKey(key, partition.number()),
                    StoredTime.text(lastAttempt.begun()),
                    lastAttempt.ended().map(StoredTime::text).orElse(null),
                    lastAttempt.worker().isPresent() ? lastAttempt.worker().getAsInt() : null,
                    lastAttempt.replica().map(StoredText::readable).orElse(null)))
        .orElseGet(() -> new @Nullable Object[COURSE_COLUMNS + 1]);
  }

  private static Optional<LastAttempt> lastAttempt(String key, int number, ResultSet row)
      throws SQLException {
    boolean isEmpty = true;
    for (int i = 0; i <= COURSE_COLUMNS; i++) {
      isEmpty &= row.getString(COURSE_AT + i) == null;
    }
    if (isEmpty) {
      return Optional.empty();
    }
    CheckedColumns columns =
        CheckedColumns.read(row, attemptKey(key, number), COURSE_AT, COURSE_COLUMNS);
    Instant begun = columns.moment();
    Optional<Instant> ended = Optional.ofNullable(columns.momentOrNull());
    @Nullable String worker = columns.textOrNull();
    return Optional.of(
        new LastAttempt(
            begun,
            ended,
            worker == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(worker)),
            Optional.ofNullable(columns.textOrNull())));
  }

  private static JobPartition partition(String key, ResultSet row) throws SQLException {
    CheckedColumns unit = CheckedColumns.read(row, key, 1, UNIT_COLUMNS);
    int number = unit.integer();
    CheckedColumns state = CheckedColumns.read(row, stateKey(key, number), STATE_AT, STATE_COLUMNS);
    PartitionStatus status = PartitionStatus.valueOf(state.text());
    int attempt = state.integer();
    long rows = state.number();
    long bytes = state.number();
    long rejectedRows = state.number();
    List<String> outputs = StoredText.list(state.text());
    return new JobPartition(
        number,
        status,
        attempt,
        TokenText.parse(unit.text()),
        Optional.ofNullable(unit.textOrNull()),
        rows,
        bytes,
        rejectedRows,
        outputs,
        Optional.ofNullable(state.textOrNull()),
        lastAttempt(key, number, row));
  }

  /** What a checksum of a partition's state covers beside it. */
  private static String stateKey(String key, int number) {
    return key + " partition " + number;
  }

  private static String attemptKey(String key, int number) {
    return key + " course " + number;
  }
}
