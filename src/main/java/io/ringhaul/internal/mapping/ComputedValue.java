package io.ringhaul.internal.mapping;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.ExtraTypeCodecs;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.mapping.Mapping.Form;
import io.ringhaul.internal.mapping.Mapping.Term;
import io.ringhaul.schema.ColumnDescription;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A value that no field has: a constant, or the result of a function. A function gives the same
 * value when a row is read again, so that a job that resumes writes no row a second time under
 * another key.
 */
@FunctionalInterface
interface ComputedValue {

  /**
   * What the functions of one job depend on.
   *
   * @param moment the time that its functions return
   */
  record Job(UUID seed, Instant moment) {

    /** For values that are checked only. */
    static final Job ANY = new Job(new UUID(0, 0), Instant.EPOCH);
  }

  /** 100-nanosecond intervals between the start of the Gregorian calendar and 1970. */
  long GREGORIAN = 0x01B21DD213814000L;

  /**
   * The value in a row.
   *
   * @param row the number of the row in its task
   */
  @Nullable ByteBuffer of(int task, long row);

  /**
   * The value of a term in a column.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the column cannot have it
   */
  static ComputedValue of(Mapping mapping, Term term, ColumnDescription column, Job job) {
    if (term.form() == Form.CONSTANT) {
      ByteBuffer bytes = constant(mapping, term, column);
      return (task, row) -> bytes;
    }
    DataType type = column.type();
    String call =
        (term.function() + "(" + term.arguments().toLowerCase(Locale.ROOT) + ")")
            .replaceAll("[_\\s]", "");
    boolean isTimeUuid = type.equals(DataTypes.TIMEUUID) || type.equals(DataTypes.UUID);
    switch (call) {
      case "uuid()" -> {
        if (type.equals(DataTypes.UUID)) {
          return (task, row) -> bytes(uuid(job, column, task, row));
        }
      }
      case "now()", "currenttimeuuid()" -> {
        if (isTimeUuid) {
          return (task, row) -> timeUuid(job, column, task, row);
        }
      }
      case "currenttimestamp()", "totimestamp(now())" -> {
        if (type.equals(DataTypes.TIMESTAMP)) {
          return always(TypeCodecs.TIMESTAMP.encode(job.moment(), ProtocolVersion.DEFAULT));
        }
      }
      case "currentdate()", "todate(now())" -> {
        if (type.equals(DataTypes.DATE)) {
          return always(
              TypeCodecs.DATE.encode(
                  job.moment().atZone(ZoneOffset.UTC).toLocalDate(), ProtocolVersion.DEFAULT));
        }
      }
      case "currenttime()" -> {
        if (type.equals(DataTypes.TIME)) {
          return always(
              TypeCodecs.TIME.encode(
                  job.moment().atZone(ZoneOffset.UTC).toLocalTime(), ProtocolVersion.DEFAULT));
        }
      }
      default ->
          throw mapping.refusal(
              String.format(
                  "has the function %s; an import computes uuid(), now(), currentTimestamp(),"
                      + " currentDate(), currentTime(), toTimestamp(now()) and toDate(now())",
                  term));
    }
    throw mapping.refusal(
        String.format(
            "gives %s to column %s, whose type is %s", term, column.name(), CqlTypes.text(type)));
  }

  /** Whether rows have different values of a term. */
  static boolean differsByRow(Term term) {
    return term.form() == Form.CALL
        && Set.of("uuid", "now", "currenttimeuuid", "current_timeuuid").contains(term.function());
  }

  private static ComputedValue always(@Nullable ByteBuffer value) {
    return (task, row) -> value;
  }

  private static @Nullable ByteBuffer constant(
      Mapping mapping, Term term, ColumnDescription column) {
    try {
      TypeCodec<?> codec =
          column.type().equals(DataTypes.TIMESTAMP)
              // The driver's usual codec reads local times in the zone of this computer.
              ? ExtraTypeCodecs.TIMESTAMP_UTC
              : CodecRegistry.DEFAULT.codecFor(column.type());
      return encoded(codec, term.text());
    } catch (RuntimeException e) {
      throw mapping.refusal(
          String.format(
              "gives %s to column %s, which is no value of its type %s",
              term, column.name(), CqlTypes.text(column.type())));
    }
  }

  private static <T> @Nullable ByteBuffer encoded(TypeCodec<T> codec, String literal) {
    return codec.encode(codec.parse(literal), ProtocolVersion.DEFAULT);
  }

  /** A random UUID (version 4) of the job, the column, the task and the row. */
  private static UUID uuid(Job job, ColumnDescription column, int task, long row) {
    byte[] name = column.name().getBytes(StandardCharsets.UTF_8);
    UUID hash =
        UUID.nameUUIDFromBytes(
            ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + Long.BYTES + name.length)
                .putLong(job.seed().getMostSignificantBits())
                .putLong(job.seed().getLeastSignificantBits())
                .putInt(task)
                .putLong(row)
                .put(name)
                .array());
    return new UUID(
        (hash.getMostSignificantBits() & ~0xF000L) | 0x4000L, hash.getLeastSignificantBits());
  }

  /** A UUID of version 1: the rows of a task differ by their time, and tasks by their node. */
  private static ByteBuffer timeUuid(Job job, ColumnDescription column, int task, long row) {
    Instant moment = job.moment();
    long time = GREGORIAN + moment.getEpochSecond() * 10_000_000L + moment.getNano() / 100 + row;
    long most = (time << 32) | ((time >>> 16) & 0xFFFF0000L) | 0x1000L | ((time >>> 48) & 0xFFFL);
    return bytes(new UUID(most, uuid(job, column, task, -1).getLeastSignificantBits()));
  }

  private static ByteBuffer bytes(UUID uuid) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .flip();
  }
}
