package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.internal.cql.StatementText.Verb;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What the text of a statement comes to with the table that it is for. Immutable. */
final class StatementFacts {

  private final WrittenTable table;
  private final boolean isRead;
  private final boolean isConditional;
  private final boolean setsTime;
  private final int timeVariable;
  private final boolean isOnce;
  private final boolean replacesList;
  private final Set<CqlIdentifier> staticLists;
  private final StatementTraits usual;

  /**
   * @param timeVariable which variable of a prepared statement sets the write time; negative if
   *     none does
   * @param functions the names of the functions that give another value each time
   */
  StatementFacts(
      StatementText text, WrittenTable table, int timeVariable, Set<CqlIdentifier> functions) {
    this.table = table;
    this.isRead = text.verb() == Verb.SELECT;
    this.isConditional = text.isConditional();
    this.setsTime = text.setsTime();
    this.timeVariable = timeVariable;
    this.isOnce =
        text.verb() == Verb.OTHER
            || text.calls().stream().anyMatch(functions::contains)
            || text.addedTo().stream().anyMatch(column -> !table.isSetOrMap(column))
            || text.takenFrom().stream().anyMatch(column -> !table.isCollection(column))
            || text.indexed().stream().anyMatch(column -> !table.isSetOrMap(column));
    this.replacesList =
        text.isJson()
            ? table.columns().keySet().stream().anyMatch(table::isList)
            : text.assigned().stream().anyMatch(table::isList);
    this.staticLists =
        table.staticLists().stream()
            .filter(list -> text.isJson() || text.assigned().contains(list))
            .collect(Collectors.toUnmodifiableSet());
    this.usual =
        new StatementTraits(
            table.holdsCounters() && !isRead ? WriteKind.COUNTER : WriteKind.REPEATABLE,
            text.verb() != Verb.OTHER,
            isRead,
            isConditional,
            setsTime,
            table,
            text.listed().stream().anyMatch(table::mayBeOfPartitionKey),
            Set.of());
  }

  /** The traits of a statement with this text. */
  StatementTraits of(BatchableStatement<?> statement) {
    boolean timed = setsTime && isTimeSet(statement);
    WriteKind kind = usual.kind();
    if (kind == WriteKind.REPEATABLE && !isRead && !isRepeatable(statement, timed)) {
      kind = WriteKind.ONCE;
    }
    Set<CqlIdentifier> lists = timed || staticLists.isEmpty() ? Set.of() : replaced(statement);
    return kind == usual.kind() && timed == usual.setsTime() && lists.isEmpty()
        ? usual
        : new StatementTraits(
            kind,
            usual.isBatchable(),
            isRead,
            isConditional,
            timed,
            table,
            usual.spansPartitions(),
            lists);
  }

  boolean hasPartitionsOfOneRow() {
    return table.hasPartitionsOfOneRow();
  }

  boolean isOfKnownTable() {
    return table.isKnown();
  }

  /** A variable may be left unset, and then sets no time. */
  private boolean isTimeSet(BatchableStatement<?> statement) {
    return timeVariable < 0
        || !(statement instanceof BoundStatement bound)
        || bound.isSet(timeVariable);
  }

  /** Of a list that gets its value from a variable of its name: only if there is one. */
  private Set<CqlIdentifier> replaced(BatchableStatement<?> statement) {
    if (!(statement instanceof BoundStatement bound)) {
      return staticLists;
    }
    Set<CqlIdentifier> replaced = new HashSet<>(staticLists);
    ColumnDefinitions variables = bound.getPreparedStatement().getVariableDefinitions();
    replaced.removeIf(
        list ->
            variables.contains(list)
                && variables.allIndicesOf(list).stream()
                    .allMatch(i -> !bound.isSet(i) || bound.isNull(i)));
    return replaced;
  }

  private boolean isRepeatable(BatchableStatement<?> statement, boolean timed) {
    Boolean told = statement.isIdempotent();
    if (told != null) {
      return told;
    }
    // A list that is replaced twice as of one moment has its elements twice (CASSANDRA-11368).
    boolean hasMoment = timed || statement.getQueryTimestamp() != Statement.NO_DEFAULT_TIMESTAMP;
    return !isOnce && !(replacesList && hasMoment);
  }
}
