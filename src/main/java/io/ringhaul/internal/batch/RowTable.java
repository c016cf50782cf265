package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.Operation.Existence;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.Operation.Verb;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One table's statements for operations on its rows. Thread-safe. */
final class RowTable {

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
    this.byName = columns.stream().collect(Collectors.toMap(RowColumn::name, Function.identity()));
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
    // The cluster has no condition for such a row, only for what all of its partition share.
    RowOperation unlessThere = Operation.insert(key).ifNotExists();
    return List.of(overStatics, List.of(condition(unlessThere, 0, name), values));
  }

  private BoundStatement ifThere(TableRow key, int named, RowName name) {
    return condition(Operation.update(key).ifExists(), named, name);
  }

  /** A statement that has a condition and writes nothing, as all its columns stay UNSET. */
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
      // Not in computeIfAbsent: who needs another form would wait for this one's answer.
      statement = PreparedForm.prepare(session, description, columns, form);
      prepared.put(form, statement);
    }
    return statement;
  }

  /** Whether the row has a value for a list that is static. */
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

  /** How many of the clustering columns name what is written: all, the first ones, or none. */
  private int clusteringColumns(RowOperation operation, RowName row) {
    Map<CqlIdentifier, ?> values = operation.row().values();
    List<RowColumn> missing =
        primaryKey.stream().filter(column -> values.get(column.name()) == null).toList();
    int given = clustering.size() - missing.size();
    if (missing.isEmpty()) {
      return isOfPartition(operation) ? 0 : given;
    }
    boolean isAtTheEnd = given >= 0 && clustering.subList(given, clustering.size()).equals(missing);
    // A null in a delete is rather a mistake than the wish to delete all that the others name.
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
            "There is no value for %s, which the primary key needs: %s",
            missing.stream().map(c -> c.name().asCql(true)).collect(Collectors.joining(", ")),
            row));
  }

  /** Whether an update names a row and writes only what belongs to the whole partition. */
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
