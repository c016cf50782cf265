package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.batch.RowForm.Role;
import io.ringhaul.internal.batch.RowForm.Variable;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One prepared statement for rows. What a row has no value for stays UNSET. Thread-safe. */
final class PreparedForm {

  /** Twenty years of 365 days, the most that Cassandra takes. */
  private static final Duration LONGEST_TTL = Duration.ofDays(7_300);

  private static final long MICROS = 1_000_000;

  /** As the server has it for plain writes. */
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

  /** Prepares the statement of a form; {@code columns} are all columns of the table. */
  static PreparedForm prepare(
      CqlSession session, TableDescription table, List<RowColumn> columns, RowForm form) {
    List<Variable> variables = new ArrayList<>();
    String cql = form.cql(table.cql(), columns, variables);
    String what = "The " + form.verb().name().toLowerCase(Locale.ROOT) + " of rows of " + table;
    return new PreparedForm(
        Preparation.prepare(session, cql, what), variables, form.isConditional());
  }

  /** The statement with the values of the operation; {@code row} names it in messages. */
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
            // Replaced twice as of one moment it would have its elements twice (CASSANDRA-11368).
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

  /** Cassandra 5.0 takes any with a condition, and has a row then that no plain write reaches. */
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
                "The clustering columns take more than %,d bytes, the most that a key can have: %s",
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
              "The time to live is %s; it takes 1 second to 20 years (630,720,000 seconds), or zero"
                  + " for never: %s",
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
              "The write time %s is not to be told in microseconds of 64 bits: %s", time, row));
    }
  }
}
