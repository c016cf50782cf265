package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.schema.TableDescription;
import java.util.Locale;
import java.util.Optional;

/**
 * One operation on one table of one cluster.
 *
 * @param session reads or writes the table
 * @param format of the files that it writes or reads, such as {@code csv}; empty for none
 * @param job keeps what is found; empty for an operation that has none
 */
record OperationSubject(
    CqlSession session,
    TableDescription table,
    OperationKind work,
    String format,
    Optional<OperationJob> job) {

  /** An operation that has neither files nor a job. */
  static OperationSubject of(CqlSession session, TableDescription table, OperationKind work) {
    return new OperationSubject(session, table, work, "", Optional.empty());
  }

  /** What it is called, such as {@code the export of store.orders}. */
  String name() {
    return switch (work) {
      case COUNT -> "the count of " + table;
      case READ -> "the reading of " + table;
      case EXPORT -> "the export of " + table;
      case IMPORT -> "the import into " + table;
    };
  }

  /** The name at the start of a sentence. */
  String title() {
    return "T" + name().substring(1);
  }

  /** What operations have in common that do well with the same settings, as the stores name it. */
  String kind() {
    return String.format(
        "%s of %s.%s in %s",
        (work.name().toLowerCase(Locale.ROOT) + " " + format).strip(),
        TableDescription.quote(table.keyspace()),
        TableDescription.quote(table.name()),
        session.getMetadata().getClusterName().orElse("a cluster without a name"));
  }
}
