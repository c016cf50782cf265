package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.ViewMetadata;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.operation.TableQuestion.Answer;
import io.ringhaul.internal.operation.TableQuestion.Answers;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * The properties of a table that must not change during an operation and between the runs of its
 * job. The nodes are queried for them before the first row, because the driver's metadata may be
 * outdated.
 */
public final class TableFingerprint {

  private static final String ID = "table id";
  static final String LAST_TRUNCATION = "last truncation";
  private static final String NEVER = "never";

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /**
   * A change of a table.
   *
   * @param what the change as a participle, such as {@code truncated}
   * @param difference {@code table id was "..." and is "..."}
   */
  record Change(String what, String difference) {}

  private final TableDescription table;
  private final TableQuestion question;
  private final Optional<UUID> id;
  private final Map<Node, Answer> answers;

  private TableFingerprint(
      TableDescription table, TableQuestion question, Optional<UUID> id, List<Answer> answers) {
    this.table = table;
    this.question = question;
    this.id = id;
    this.answers = answers.stream().collect(Collectors.toMap(Answer::node, answer -> answer));
  }

  /**
   * Looks up the table and queries the nodes until the session's metadata and the nodes agree.
   *
   * @param lookup describes the table from the session's metadata
   * @throws UnsuitableTableException if the nodes do not agree on the table in time
   */
  public static TableFingerprint take(
      CqlSession session,
      OperationSettings settings,
      BiFunction<CqlIdentifier, CqlIdentifier, TableDescription> lookup) {
    return take(
        session,
        settings.keyspace(),
        settings.table(),
        settings.requests().executionProfile(),
        lookup);
  }

  static TableFingerprint take(
      CqlSession session,
      CqlIdentifier keyspace,
      CqlIdentifier name,
      Optional<String> executionProfile,
      BiFunction<CqlIdentifier, CqlIdentifier, TableDescription> lookup) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      // Before the description: a table that is created in between has a different id.
      Optional<? extends RelationMetadata> relation = relation(session, keyspace, name);
      TableDescription table = lookup.apply(keyspace, name);
      Optional<UUID> known = relation.flatMap(RelationMetadata::getId);
      TableQuestion question =
          new TableQuestion(
              session,
              executionProfile,
              relation.filter(ViewMetadata.class::isInstance).isPresent() ? "views" : "tables",
              keyspace,
              name);
      List<Answer> answers = question.ask(question.nodes()).join().answers();
      Set<UUID> ids =
          answers.stream()
              .flatMap(answer -> answer.id().stream())
              .collect(Collectors.toCollection(TreeSet::new));
      if (ids.isEmpty() || known.isEmpty() || ids.equals(Set.of(known.get()))) {
        return new TableFingerprint(table, question, known, answers);
      }
      if (System.nanoTime() - deadline > 0) {
        throw new UnsuitableTableException(
            table.toString(),
            String.format(
                "The nodes have different versions of table %s (table ids %s; the session"
                    + " has %s): it was dropped and recreated, or created twice. Wait until"
                    + " nodetool describecluster shows one schema version, and try again",
                table, ids, known.get()));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      session.refreshSchema();
    }
  }

  private static Optional<? extends RelationMetadata> relation(
      CqlSession session, CqlIdentifier keyspace, CqlIdentifier name) {
    return session
        .getMetadata()
        .getKeyspace(keyspace)
        .flatMap(
            known -> {
              Optional<? extends RelationMetadata> found = known.getTable(name);
              return found.isPresent() ? found : known.getView(name);
            });
  }

  public TableDescription table() {
    return table;
  }

  /** Identifies the table among those of all clusters: a recreated table is another one. */
  String identity(CqlSession session) {
    return String.format(
        "%s/%s/%s",
        session.getMetadata().getClusterName().orElse(""),
        table,
        id.map(UUID::toString).orElse(""));
  }

  TableQuestion question() {
    return question;
  }

  /** Whether a node has answered. */
  boolean isKnownToNodes() {
    return !answers.isEmpty();
  }

  /** The parts of a job's fingerprint that describe the table and its columns, by display name. */
  Map<String, String> parts(List<ColumnDescription> columns) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("table", table.toString());
    // A recreated table does not have the rows that the job has processed.
    id.ifPresent(known -> parts.put(ID, known.toString()));
    List<Instant> truncations =
        answers.values().stream().flatMap(answer -> answer.truncated().stream()).toList();
    if (!truncations.isEmpty()) {
      parts.put(LAST_TRUNCATION, times(truncations));
    }
    parts.put("primary key", text(table.primaryKey()));
    parts.put("columns", text(columns));
    return parts;
  }

  /** The change of the table since this fingerprint was taken; empty if there is none. */
  Optional<Change> change(Answers now) {
    for (Answer answer : now.answers()) {
      if (id.isPresent() && answer.id().isPresent() && !answer.id().equals(id)) {
        return Optional.of(change("dropped and recreated", ID, id, answer.id()));
      }
    }
    for (Answer answer : now.answers()) {
      Optional<Answer> before = Optional.ofNullable(answers.get(answer.node()));
      // A node that had no such table before may not have received the schema yet.
      if (answer.id().isEmpty() && before.flatMap(Answer::id).isPresent()) {
        return Optional.of(change("dropped", ID, id, answer.id()));
      }
      Optional<Instant> truncated = before.flatMap(Answer::truncated);
      if (truncated.isPresent()
          && answer.truncated().isPresent()
          && !answer.truncated().get().equals(TableQuestion.NEVER)
          && !answer.truncated().equals(truncated)) {
        return Optional.of(
            change(
                "truncated",
                LAST_TRUNCATION,
                truncated.map(time -> times(List.of(time))),
                answer.truncated().map(time -> times(List.of(time)))));
      }
    }
    return Optional.empty();
  }

  private static Change change(String what, String part, Optional<?> before, Optional<?> now) {
    return new Change(
        what,
        difference(
            part, before.map(Object::toString).orElse(""), now.map(Object::toString).orElse("")));
  }

  /** The parts to compare for a job without progress that a truncation would undo. */
  static Map<String, String> withoutTruncation(Map<String, String> parts) {
    Map<String, String> others = new TreeMap<>(parts);
    others.keySet().removeIf(part -> part.endsWith(LAST_TRUNCATION));
    return others;
  }

  /** {@code table id was "..." and is "..."} for each part that differs; empty if none does. */
  static String differences(Map<String, String> before, Map<String, String> now) {
    Set<String> parts = new TreeSet<>(before.keySet());
    parts.addAll(now.keySet());
    return parts.stream()
        .filter(
            part -> {
              String old = before.getOrDefault(part, "");
              String recent = now.getOrDefault(part, "");
              return part.endsWith(LAST_TRUNCATION)
                  ? isTruncatedSince(old, recent)
                  : !old.equals(recent);
            })
        .map(part -> difference(part, before.getOrDefault(part, ""), now.getOrDefault(part, "")))
        .collect(Collectors.joining("; "));
  }

  private static String difference(String part, String before, String now) {
    return String.format("%s was \"%s\" and is \"%s\"", part, before, now);
  }

  /**
   * Whether the first of the current times is after the last of the earlier times. For one
   * truncation each node records its own time, and other nodes may have answered earlier.
   */
  private static boolean isTruncatedSince(String before, String now) {
    if (before.isEmpty() || now.isEmpty() || now.equals(NEVER)) {
      return false;
    }
    return before.equals(NEVER)
        || Instant.parse(now.split("/", 2)[0])
            .isAfter(Instant.parse(before.substring(before.indexOf('/') + 1)));
  }

  /**
   * {@code never}, or the first and the last time, such as {@code 2026-01-31T12:00:00.123Z},
   * separated by a slash if they differ.
   */
  private static String times(List<Instant> truncations) {
    List<Instant> known =
        truncations.stream().filter(time -> !time.equals(TableQuestion.NEVER)).sorted().toList();
    if (known.isEmpty()) {
      return NEVER;
    }
    String first = known.get(0).toString();
    String last = known.get(known.size() - 1).toString();
    return first.equals(last) ? first : first + "/" + last;
  }

  /** The columns with their types, such as {@code id bigint, "Name" text}. */
  private static String text(List<ColumnDescription> columns) {
    return columns.stream()
        .map(
            column ->
                CqlIdentifier.fromInternal(column.name()).asCql(true)
                    + " "
                    + CqlTypes.text(column.type()))
        .collect(Collectors.joining(", "));
  }
}
