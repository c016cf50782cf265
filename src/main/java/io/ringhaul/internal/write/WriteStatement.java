package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.cql.StatementTraits;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A statement of the user that writes each record. Its variables are the fields of a record.
 * Thread-safe.
 */
public final class WriteStatement {

  private final String cql;
  private final PreparedStatement prepared;
  private final BoundStatement unset;
  private final StatementTraits traits;
  private final TableDescription fields;

  private WriteStatement(CqlSession session, TableDescription table, String cql) {
    this.cql = cql;
    try {
      this.prepared = Preparation.prepare(session, cql);
    } catch (QueryValidationException e) {
      throw refusal("is refused by the cluster: " + Failures.describe(e));
    }
    this.unset = prepared.bind();
    this.traits = new StatementCatalog(session).traits(allSet());
    this.fields = new TableDescription(table.keyspace(), table.name(), variables());
    check(table);
  }

  /**
   * Prepares the statement.
   *
   * @param table the table that it must write to
   * @throws InvalidSettingException if it is no INSERT, UPDATE or DELETE of the table that can be
   *     in a batch
   */
  public static WriteStatement of(CqlSession session, TableDescription table, String cql) {
    return new WriteStatement(session, table, cql);
  }

  /** With a write time, if the statement can have one: some statements can be repeated without. */
  private BoundStatement allSet() {
    BoundStatementBuilder statement = new BoundStatementBuilder(unset);
    for (int i = 0; i < prepared.getVariableDefinitions().size(); i++) {
      statement = statement.setToNull(i);
    }
    return statement.build();
  }

  /** The variables as the columns of a table. */
  public TableDescription fields() {
    return fields;
  }

  private List<ColumnDescription> variables() {
    Map<String, ColumnDescription> variables = new LinkedHashMap<>();
    List<Integer> key = prepared.getPartitionKeyIndices();
    for (int i = 0; i < prepared.getVariableDefinitions().size(); i++) {
      ColumnDefinition variable = prepared.getVariableDefinitions().get(i);
      String name = variable.getName().asInternal();
      ColumnDescription before = variables.get(name);
      if (before != null && !before.type().equals(variable.getType())) {
        throw refusal(
            "uses the variable "
                + variable.getName().asCql(true)
                + " for values of two types; give each a name of its own");
      }
      if (before == null || key.contains(i)) {
        variables.put(
            name,
            new ColumnDescription(
                name, variable.getType(), key.contains(i) ? Kind.PARTITION_KEY : Kind.REGULAR));
      }
    }
    return List.copyOf(variables.values());
  }

  private void check(TableDescription table) {
    if (traits.isRead() || !traits.isBatchable()) {
      throw refusal("is no INSERT, UPDATE or DELETE");
    }
    if (traits.isConditional()) {
      throw refusal(
          "has a condition (IF); an import does not look whether the statement was applied");
    }
    if (!traits.table().name().equals(table.toString())) {
      throw refusal("writes to " + traits.table().name() + ", and the import to " + table);
    }
    if (fields.columns().isEmpty()) {
      throw refusal("has no variable for a field; write one as :field, or ? for a column's own");
    }
  }

  /**
   * Checks that records have a field for each variable.
   *
   * @throws InvalidSettingException if a mapping leaves one out
   */
  public void requireFields(List<String> columns) {
    for (ColumnDescription variable : fields.columns()) {
      if (!columns.contains(variable.name())) {
        throw refusal(
            String.format(
                "has the variable %s, which no field belongs to; add it to mapping",
                CqlIdentifier.fromInternal(variable.name()).asCql(true)));
      }
    }
  }

  /** Whether a second write of a record may have another effect than one. */
  boolean writesOnce() {
    return !traits.kind().isRepeatable();
  }

  /**
   * The binder of all tasks.
   *
   * @param columns the variables that the rows have, in their order
   */
  RowBinder binder(List<ColumnDescription> columns, NullHandling nullHandling) {
    List<CqlIdentifier> names =
        columns.stream().map(column -> CqlIdentifier.fromInternal(column.name())).toList();
    List<List<Integer>> positions =
        names.stream().map(prepared.getVariableDefinitions()::allIndicesOf).toList();
    return row -> bind(row, columns, positions, nullHandling);
  }

  private BoundRow bind(
      RawRow row,
      List<ColumnDescription> columns,
      List<List<Integer>> positions,
      NullHandling nullHandling) {
    BoundStatementBuilder statement =
        new BoundStatementBuilder(unset).setRoutingKey((ByteBuffer) null);
    for (int i = 0; i < columns.size(); i++) {
      ByteBuffer value = row.bytes(i);
      if (value == null && columns.get(i).kind() == Kind.PARTITION_KEY) {
        throw new UnrepresentableValueException(
            columns.get(i).name(),
            String.format(
                "A record for %s has no value for field %s, which is part of the partition key",
                fields, CqlIdentifier.fromInternal(columns.get(i).name()).asCql(true)));
      }
      if (value != null || nullHandling == NullHandling.TOMBSTONE) {
        for (int position : positions.get(i)) {
          statement.setBytesUnsafe(position, value);
        }
      }
    }
    return BoundRow.of(List.of(statement.build()));
  }

  private InvalidSettingException refusal(String reason) {
    return new InvalidSettingException("query", String.format("query (%s) %s", cql, reason));
  }
}
