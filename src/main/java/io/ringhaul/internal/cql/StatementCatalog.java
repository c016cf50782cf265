package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.internal.cql.StatementText.Verb;
import io.ringhaul.internal.request.Failures;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Analyses bound and simple statements and caches the results for prepared ones. Thread-safe. */
public final class StatementCatalog {

  private final CqlSession session;
  private final PreparedNotes<StatementFacts> known = new PreparedNotes<>();

  /** Creates a catalog that uses the session's schema metadata. The caller closes the session. */
  public StatementCatalog(CqlSession session) {
    this.session = session;
  }

  /** Returns the traits of a statement. */
  public StatementTraits traits(BatchableStatement<?> statement) {
    return facts(statement).of(statement);
  }

  /**
   * Returns whether each partition of the statement's table has one row; false if the table is
   * unknown.
   */
  public boolean hasPartitionsOfOneRow(BoundStatement statement) {
    return facts(statement).hasPartitionsOfOneRow();
  }

  /**
   * Returns the keyspace in which the server looks for the table of a statement that does not name
   * a keyspace: the statement's own setting or the session's. Empty for bound statements, whose
   * keyspace is fixed when they are prepared.
   */
  public Optional<CqlIdentifier> impliedKeyspace(BatchableStatement<?> statement) {
    if (!(statement instanceof SimpleStatement simple)) {
      return Optional.empty();
    }
    Optional<CqlIdentifier> implied =
        Optional.ofNullable(simple.getKeyspace()).or(session::getKeyspace);
    return implied.isEmpty() || StatementText.of(simple.getQuery()).keyspace().isPresent()
        ? Optional.empty()
        : implied;
  }

  /**
   * Returns a text for messages that identifies a statement's row: the key of a bound statement, or
   * the text of a simple statement up to its first literal, which may be confidential.
   */
  public String rowOf(BatchableStatement<?> statement) {
    return statement instanceof BoundStatement bound
        ? traits(bound).table().rowOf(bound)
        : KeyText.ofStatement(((SimpleStatement) statement).getQuery());
  }

  /**
   * Returns the exception for a statement whose values the cluster refuses or the driver cannot
   * encode.
   */
  public RowRejectedException refusal(BatchableStatement<?> statement, Throwable refusal) {
    return new RowRejectedException(
        String.format(
            "%s a row for %s, %s: %s",
            isOfCluster(Failures.unwrap(refusal))
                ? "The cluster refuses"
                : "The driver cannot encode",
            traits(statement).table().name(),
            rowOf(statement),
            Failures.describe(refusal)),
        Failures.unwrap(refusal));
  }

  private static boolean isOfCluster(Throwable refusal) {
    return refusal instanceof DriverException && !(refusal instanceof CodecNotFoundException);
  }

  private StatementFacts facts(BatchableStatement<?> statement) {
    if (!(statement instanceof BoundStatement bound)) {
      SimpleStatement simple = (SimpleStatement) statement;
      return look(simple.getQuery(), Optional.ofNullable(simple.getKeyspace()), Optional.empty());
    }
    PreparedStatement prepared = bound.getPreparedStatement();
    StatementFacts facts = known.get(prepared);
    if (facts != null) {
      return facts;
    }
    ColumnDefinitions variables = prepared.getVariableDefinitions();
    Optional<CqlIdentifier> keyspace =
        variables.size() == 0 ? Optional.empty() : Optional.of(variables.get(0).getKeyspace());
    StatementFacts seen = look(prepared.getQuery(), keyspace, Optional.of(variables));
    // The session may learn of a new table later than the cluster.
    if (seen.isOfKnownTable() || !session.isSchemaMetadataEnabled()) {
      known.put(prepared, seen);
    }
    return seen;
  }

  /**
   * @param told keyspace of a text that names none, if it is not the session's
   */
  private StatementFacts look(
      String cql, Optional<CqlIdentifier> told, Optional<ColumnDefinitions> variables) {
    StatementText text = StatementText.of(cql);
    Optional<KeyspaceMetadata> keyspace =
        text.keyspace()
            .or(() -> told)
            .or(session::getKeyspace)
            .flatMap(name -> session.getMetadata().getKeyspace(name));
    WrittenTable table =
        keyspace
            .flatMap(of -> text.table().flatMap(of::getTable))
            .map(WrittenTable::of)
            .orElseGet(() -> unknown(text, variables));
    Set<CqlIdentifier> functions = new HashSet<>(MomentFunctions.NAMES);
    // The effect of user-defined functions is unknown.
    keyspace.ifPresent(
        of -> of.getFunctions().keySet().forEach(each -> functions.add(each.getName())));
    int timeVariable =
        variables.flatMap(all -> text.timeVariable().map(all::firstIndexOf)).orElse(-1);
    return new StatementFacts(text, table, timeVariable, functions);
  }

  private static WrittenTable unknown(StatementText text, Optional<ColumnDefinitions> variables) {
    boolean addsToCounter = false;
    if (variables.isPresent()) {
      for (ColumnDefinition variable : variables.get()) {
        addsToCounter |= variable.getType().equals(DataTypes.COUNTER);
      }
    }
    return WrittenTable.named(
        text.table().map(name -> name.asCql(true)).orElse(WrittenTable.UNKNOWN.name()),
        addsToCounter);
  }

  /** The facts about a statement's text and its table. Immutable. */
  private static final class StatementFacts {

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
     * @param timeVariable index of the prepared variable that sets the write time; negative if
     *     there is none
     * @param functions names of the functions that return a different value at each call
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

    /** Returns the traits of a statement with this text. */
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

    /** An unset variable sets no write time. */
    private boolean isTimeSet(BatchableStatement<?> statement) {
      return timeVariable < 0
          || !(statement instanceof BoundStatement bound)
          || bound.isSet(timeVariable);
    }

    /**
     * Returns the static lists that the statement replaces, without those whose variable is unset
     * or null.
     */
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
      // Replacing a list twice with one write time duplicates its elements (CASSANDRA-11368).
      boolean hasMoment = timed || statement.getQueryTimestamp() != Statement.NO_DEFAULT_TIMESTAMP;
      return !isOnce && !(replacesList && hasMoment);
    }
  }
}
