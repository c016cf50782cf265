package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.schema.TableDescription;
import java.util.Locale;
import java.util.Optional;

/**
 * One operation on one table of one cluster.
 *
 * @param format the format of its files, such as {@code csv}; empty for an operation without files
 */
record OperationSubject(
    CqlSession session,
    TableDescription table,
    OperationKind work,
    String format,
    Optional<OperationJob> job) {

  /** An operation without files and without a job. */
  static OperationSubject of(CqlSession session, TableDescription table, OperationKind work) {
    return new OperationSubject(session, table, work, "", Optional.empty());
  }

  /** The operation within a sentence, such as {@code the export of store.orders}. */
  String name() {
    return switch (work) {
      case COUNT -> "the count of " + table;
      case READ -> "the reading of " + table;
      case EXPORT -> "the export of " + table;
      case IMPORT -> "the import into " + table;
      case DELETE -> "the deletion from " + table;
    };
  }

  /** The operation at the start of a message, such as {@code Exporting store.orders}. */
  String doing() {
    return switch (work) {
      case COUNT -> "Counting " + table;
      case READ -> "Reading " + table;
      case EXPORT -> "Exporting " + table;
      case IMPORT -> "Importing into " + table;
      case DELETE -> "Deleting from " + table;
    };
  }

  /** The name at the start of a sentence. */
  String title() {
    return "T" + name().substring(1);
  }

  /**
   * The key under which job stores keep tuned parameters: operations of one kind do well with the
   * same settings.
   */
  String kind() {
    return String.format(
        "%s of %s.%s in %s",
        (work.name().toLowerCase(Locale.ROOT) + " " + format).strip(),
        TableDescription.quote(table.keyspace()),
        TableDescription.quote(table.name()),
        session.getMetadata().getClusterName().orElse("a cluster without a name"));
  }
}
