package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.Operation.Existence;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.Operation.Verb;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.batch.RowColumn.RowName;
import io.ringhaul.internal.batch.RowForm.Role;
import io.ringhaul.internal.batch.RowForm.Variable;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Creates statements for operations on rows. Prepares one statement per table, verb and set of
 * conditions, regardless of the columns that have values. Thread-safe.
 */
public final class RowStatements {

  private record Name(CqlIdentifier keyspace, CqlIdentifier table) {}

  /** The statements of a table, valid as long as the session has the same metadata of it. */
  private record Seen(@Nullable TableMetadata metadata, RowTable table) {}

  private final CqlSession session;
  private final TableLookup lookup;
  private final Map<Name, Seen> tables = new ConcurrentHashMap<>();

  public RowStatements(CqlSession session) {
    this.session = session;
    this.lookup = new TableLookup(session);
  }

  /**
   * Returns the bound statement of an operation.
   *
   * @throws UnsuitableTableException if the table or a column is unknown, or the table does not
   *     support such writes
   * @throws UnrepresentableValueException if a key column has no value, or a value does not fit its
   *     column
   * @throws UnsuitableBatchException if the operation contradicts itself
   * @throws InvalidSettingException if the time to live or the write time is out of bounds
   * @throws BulkOperationException if the statement could not be prepared
   */
  BoundStatement bind(RowOperation operation) {
    return table(operation.row()).bind(operation);
  }

  /**
   * Returns the alternative batches that overwrite an existing row with a write time from Paxos
   * instead of the client's clock. Each batch has a condition that writes nothing, and the plain
   * insert of the row; unlike an update, an insert also renews the time to live of the row itself.
   * As long as the row exists, the condition of one of the batches holds. For a table with key
   * columns only there is no such condition, and the insert is alone.
   *
   * @throws BulkOperationException under the same conditions as {@link #bind}
   */
  List<List<BoundStatement>> overwriting(TableRow row) {
    return table(row).overwriting(row);
  }

  /**
   * Whether {@link #bind} threw this because of the content of the row, so that other rows may
   * succeed.
   */
  static boolean isOfRow(BulkOperationException failure) {
    return failure instanceof UnsuitableTableException
        || failure instanceof UnrepresentableValueException
        || failure instanceof UnsuitableBatchException
        || failure instanceof InvalidSettingException;
  }

  /**
   * Whether an insert of the row must not share a batch because it replaces a static list: two such
   * inserts in one batch have one write time and would merge the elements of both lists.
   */
  boolean isToGoAlone(TableRow row) {
    return table(row).replacesSharedList(row);
  }

  /**
   * Returns what makes rows of a table from objects.
   *
   * @throws UnsuitableTableException if the table is unknown or does not support writes
   */
  ObjectRows objectRows(CqlIdentifier keyspace, CqlIdentifier table) {
    return new ObjectRows(lookup.writable(keyspace, table));
  }

  private RowTable table(TableRow row) {
    Name name = new Name(row.keyspace(), row.table());
    TableMetadata now =
        session
            .getMetadata()
            .getKeyspace(name.keyspace())
            .flatMap(keyspace -> keyspace.getTable(name.table()))
            .orElse(null);
    Seen seen = tables.get(name);
    // The session replaces the metadata of a table when any part of its keyspace changes.
    if (seen == null || seen.metadata() != now) {
      RowTable table =
          seen != null && seen.metadata() != null && seen.metadata().equals(now)
              ? seen.table()
              : new RowTable(session, lookup.writable(name.keyspace(), name.table()));
      seen = new Seen(now, table);
      tables.put(name, seen);
    }
    return seen.table();
  }

  /** The statements of one table. Thread-safe. */
  private static final class RowTable {

    private final CqlSession session;
    private final TableDescription description;
    private final List<RowColumn> columns;
    private final Map<CqlIdentifier, RowColumn> byName;
    private final List<RowColumn> primaryKey;
    private final List<RowColumn> clustering;
    private final List<CqlIdentifier> sharedLists;
    private final OperationRules rules;
    private final Map<RowForm, PreparedForm> prepared = new ConcurrentHashMap<>();

    RowTable(CqlSession session, TableDescription description) {
      this.session = session;
      this.description = description;
      this.columns =
          description.columns().stream().map(column -> new RowColumn(session, column)).toList();
      this.byName =
          columns.stream().collect(Collectors.toMap(RowColumn::name, Function.identity()));
      this.primaryKey = columns.stream().filter(RowColumn::isPrimaryKey).toList();
      this.clustering = columns.stream().filter(c -> c.kind() == Kind.CLUSTERING).toList();
      this.sharedLists =
          columns.stream()
              .filter(column -> column.kind() == Kind.STATIC && column.isList())
              .map(RowColumn::name)
              .toList();
      this.rules = new OperationRules(columns);
    }

    /** See {@link RowStatements#bind}. */
    BoundStatement bind(RowOperation operation) {
      RowName row = new RowName(description.toString(), primaryKey, operation.row());
      requireKnown(operation.row().values().keySet(), row);
      requireKnown(operation.expected().keySet(), row);
      RowForm form =
          new RowForm(
              operation.verb(),
              clusteringColumns(operation, row),
              operation.existence(),
              List.copyOf(operation.expected().keySet()));
      rules.require(operation, form, row);
      return prepared(form).bind(operation, row);
    }

    /** See {@link RowStatements#overwriting}. */
    List<List<BoundStatement>> overwriting(TableRow row) {
      RowOperation insert = Operation.insert(row);
      BoundStatement values = bind(insert);
      RowName name = new RowName(description.toString(), primaryKey, row);
      boolean isOfRow = clusteringColumns(insert, name) == clustering.size();
      TableRow key = row.only(primaryKey.stream().map(RowColumn::name).toList());
      if (isOfRow && has(Kind.REGULAR)) {
        return List.of(List.of(ifThere(key, clustering.size(), name), values));
      }
      if (isOfRow && !has(Kind.STATIC)) {
        return List.of(List.of(values));
      }
      List<BoundStatement> overStatics = List.of(ifThere(key, 0, name), values);
      if (!isOfRow) {
        return List.of(overStatics);
      }
      // CQL has no condition on such a row, only on the static columns of its partition.
      RowOperation unlessThere = Operation.insert(key).ifNotExists();
      return List.of(overStatics, List.of(condition(unlessThere, 0, name), values));
    }

    private BoundStatement ifThere(TableRow key, int named, RowName name) {
      return condition(Operation.update(key).ifExists(), named, name);
    }

    /**
     * Returns a statement with a condition that writes nothing because all of its columns are
     * UNSET.
     */
    private BoundStatement condition(RowOperation operation, int named, RowName name) {
      return prepared(new RowForm(operation.verb(), named, operation.existence(), List.of()))
          .bind(operation, name);
    }

    private boolean has(Kind kind) {
      return columns.stream().anyMatch(column -> column.kind() == kind);
    }

    private PreparedForm prepared(RowForm form) {
      PreparedForm statement = prepared.get(form);
      if (statement == null) {
        // Not in computeIfAbsent, which would block threads that prepare other forms.
        statement = PreparedForm.prepare(session, description, columns, form);
        prepared.put(form, statement);
      }
      return statement;
    }

    /** Whether the row has a value for a static list. */
    boolean replacesSharedList(TableRow row) {
      return sharedLists.stream().anyMatch(list -> row.values().get(list) != null);
    }

    private void requireKnown(Set<CqlIdentifier> names, RowName row) {
      for (CqlIdentifier name : names) {
        if (!byName.containsKey(name)) {
          throw new UnsuitableTableException(
              description.toString(),
              String.format(
                  "There is no column %s (the table has %s): %s",
                  name.asCql(true),
                  columns.stream()
                      .map(each -> each.name().asCql(true))
                      .collect(Collectors.joining(", ")),
                  row));
        }
      }
    }

    /** The number of leading clustering columns in the key of the operation: all, some, or none. */
    private int clusteringColumns(RowOperation operation, RowName row) {
      Map<CqlIdentifier, ?> values = operation.row().values();
      List<RowColumn> missing =
          primaryKey.stream().filter(column -> values.get(column.name()) == null).toList();
      int given = clustering.size() - missing.size();
      if (missing.isEmpty()) {
        return isOfPartition(operation) ? 0 : given;
      }
      boolean isAtTheEnd =
          given >= 0 && clustering.subList(given, clustering.size()).equals(missing);
      // A null in a delete is more likely a mistake than a request to delete the whole range.
      boolean isMeant =
          operation.verb() == Verb.DELETE
              ? missing.stream().noneMatch(column -> values.containsKey(column.name()))
              : given == 0 && hasStaticsOnly(operation);
      if (isAtTheEnd && isMeant) {
        return given;
      }
      throw new UnrepresentableValueException(
          missing.get(0).name().asInternal(),
          String.format(
              "There is no value for %s, which is part of the primary key: %s",
              missing.stream().map(c -> c.name().asCql(true)).collect(Collectors.joining(", ")),
              row));
    }

    /** Whether an update names a row but writes static columns only. */
    private boolean isOfPartition(RowOperation operation) {
      return operation.verb() == Verb.UPDATE
          && operation.existence() == Existence.ANY
          && hasStaticsOnly(operation);
    }

    private boolean hasStaticsOnly(RowOperation operation) {
      Set<CqlIdentifier> given = operation.row().values().keySet();
      return given.stream().anyMatch(name -> is(name, Kind.STATIC))
          && given.stream().noneMatch(name -> is(name, Kind.REGULAR))
          && operation.expected().keySet().stream().allMatch(name -> is(name, Kind.STATIC));
    }

    private boolean is(CqlIdentifier name, Kind kind) {
      RowColumn column = byName.get(name);
      return column != null && column.kind() == kind;
    }
  }

  /** A prepared statement. Columns without a value in the row stay UNSET. Thread-safe. */
  private static final class PreparedForm {

    /** 20 years of 365 days, Cassandra's maximum. */
    private static final Duration LONGEST_TTL = Duration.ofDays(7_300);

    private static final long MICROS = 1_000_000;

    /** The server's limit for plain writes. */
    private static final int MOST_OF_CLUSTERING = 65_535;

    private final PreparedStatement prepared;
    private final List<Variable> variables;
    private final boolean isConditional;

    private PreparedForm(
        PreparedStatement prepared, List<Variable> variables, boolean isConditional) {
      this.prepared = prepared;
      this.variables = variables;
      this.isConditional = isConditional;
    }

    /** Prepares the statement of a form. */
    static PreparedForm prepare(
        CqlSession session, TableDescription table, List<RowColumn> columns, RowForm form) {
      List<Variable> variables = new ArrayList<>();
      String cql = form.cql(table.cql(), columns, variables);
      String what = "The " + form.verb().name().toLowerCase(Locale.ROOT) + " of rows of " + table;
      return new PreparedForm(
          Preparation.prepare(session, cql, what), variables, form.isConditional());
    }

    /** Binds the values of the operation; {@code row} describes the row in messages. */
    BoundStatement bind(RowOperation operation, RowName row) {
      BoundStatementBuilder statement = prepared.boundStatementBuilder();
      TableRow values = operation.row();
      boolean hasMoment = values.writeTime().isPresent();
      boolean isRepeatable = true;
      for (int i = 0; i < variables.size(); i++) {
        RowColumn column = variables.get(i).column();
        switch (variables.get(i).role()) {
          case TTL -> {
            if (values.ttl().isPresent()) {
              statement = statement.setInt(i, seconds(values.ttl().get(), row));
            }
          }
          case TIME -> {
            if (hasMoment) {
              statement = statement.setLong(i, micros(values.writeTime().get(), row));
            }
          }
          case EXPECTED ->
              statement.setBytesUnsafe(
                  i, column.encode(operation.expected().get(column.name()), row));
          case VALUE -> {
            Object value = values.values().get(column.name());
            if (value != null || values.values().containsKey(column.name())) {
              statement.setBytesUnsafe(i, column.encode(value, row));
              // Replacing a list twice with one write time doubles its elements (CASSANDRA-11368).
              isRepeatable &=
                  !(column.isCounter() || (hasMoment && value != null && column.isList()));
            }
          }
        }
      }
      if (isConditional) {
        requireWritableKey(statement, row);
      }
      return statement.setIdempotence(isRepeatable).build();
    }

    /**
     * Rejects clustering keys above the limit: Cassandra 5.0 accepts them in conditional writes and
     * then holds a row that no plain write can reach.
     */
    private void requireWritableKey(BoundStatementBuilder statement, RowName row) {
      int size = 0;
      for (int i = 0; i < variables.size(); i++) {
        Variable variable = variables.get(i);
        ByteBuffer bytes =
            variable.role() == Role.VALUE && variable.column().kind() == Kind.CLUSTERING
                ? statement.getBytesUnsafe(i)
                : null;
        size += bytes == null ? 0 : bytes.remaining();
        if (size > MOST_OF_CLUSTERING) {
          throw new UnrepresentableValueException(
              variable.column().name().asInternal(),
              String.format(
                  "The clustering columns take more than %,d bytes, the maximum of a key: %s",
                  MOST_OF_CLUSTERING, row));
        }
      }
    }

    private static int seconds(Duration ttl, RowName row) {
      boolean isBetween = ttl.isZero() || ttl.compareTo(Duration.ofSeconds(1)) >= 0;
      if (!isBetween || ttl.compareTo(LONGEST_TTL) > 0) {
        throw new InvalidSettingException(
            "ttl",
            String.format(
                "The time to live is %s; it takes 1 second to 20 years (630,720,000 seconds), or"
                    + " zero for no expiry: %s",
                ttl, row));
      }
      return Math.toIntExact(ttl.toSeconds());
    }

    private static long micros(Instant time, RowName row) {
      try {
        return Math.addExact(
            Math.multiplyExact(time.getEpochSecond(), MICROS), time.getNano() / 1000);
      } catch (ArithmeticException e) {
        throw new InvalidSettingException(
            "writeTime",
            String.format(
                "The write time %s does not fit into 64 bits of microseconds: %s", time, row));
      }
    }
  }

  /** The rules for operations on rows of one table. Thread-safe. */
  private static final class OperationRules {

    private final boolean holdsCounters;
    private final int clustering;
    private final Set<CqlIdentifier> key;

    OperationRules(List<RowColumn> columns) {
      this.holdsCounters = columns.stream().anyMatch(RowColumn::isCounter);
      this.clustering = (int) columns.stream().filter(c -> c.kind() == Kind.CLUSTERING).count();
      this.key =
          columns.stream()
              .filter(RowColumn::isPrimaryKey)
              .map(RowColumn::name)
              .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Rejects an operation that the cluster would reject or that is contradictory.
     *
     * @param row describes the row in messages
     * @throws UnsuitableBatchException if the operation breaks a rule
     */
    void require(RowOperation operation, RowForm form, RowName row) {
      String wrong = form.isConditional() ? ofCondition(operation, form) : null;
      wrong = wrong == null ? ofValues(operation) : wrong;
      wrong = wrong == null && holdsCounters ? ofCounters(operation) : wrong;
      if (wrong != null) {
        throw new UnsuitableBatchException(wrong + ": " + row);
      }
    }

    private @Nullable String ofCondition(RowOperation operation, RowForm form) {
      boolean isInsert = form.verb() == Verb.INSERT;
      if (isInsert != (form.existence() == Existence.IF_NOT_EXISTS)) {
        return isInsert
            ? "The only condition of an insert is ifNotExists()"
            : "ifNotExists() applies to inserts only, not to updates and deletes";
      }
      if (!form.expected().isEmpty() && form.existence() != Existence.ANY) {
        return "ifEquals() cannot be combined with ifExists() or ifNotExists(); remove one of them";
      }
      Optional<CqlIdentifier> ofKey = form.expected().stream().filter(key::contains).findFirst();
      if (ofKey.isPresent()) {
        return "A condition cannot use "
            + ofKey.get().asCql(true)
            + ", a column of the primary key";
      }
      if (form.verb() == Verb.DELETE && form.clustering() < clustering) {
        return "A delete with a condition needs values for all clustering columns";
      }
      return operation.row().writeTime().isPresent()
          ? "A conditional write cannot set a write time, because Paxos sets it"
          : null;
    }

    private @Nullable String ofValues(RowOperation operation) {
      Set<CqlIdentifier> given = operation.row().values().keySet();
      boolean hasMore = !key.containsAll(given);
      return switch (operation.verb()) {
        case INSERT -> null;
        case UPDATE ->
            hasMore ? null : "An update needs a value for a column outside of the primary key";
        case DELETE -> {
          if (hasMore) {
            yield "A delete takes values for the primary key only; to delete a column, update it"
                + " with null";
          }
          yield operation.row().ttl().isPresent() ? "A delete takes no time to live" : null;
        }
      };
    }

    private @Nullable String ofCounters(RowOperation operation) {
      if (operation.verb() == Verb.INSERT) {
        return "Counters cannot be inserted; use an update";
      }
      if (operation.isConditional()) {
        return "Counter updates cannot have a condition";
      }
      if (operation.row().ttl().isPresent() || operation.row().writeTime().isPresent()) {
        return "Counters have neither a time to live nor a write time";
      }
      for (Map.Entry<CqlIdentifier, @Nullable Object> value : operation.row().values().entrySet()) {
        if (value.getValue() == null && !key.contains(value.getKey())) {
          return "The increment of counter "
              + value.getKey().asCql(true)
              + " is null; leave the column out";
        }
      }
      return null;
    }
  }
}
