package io.ringhaul.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file of many rows, some of them bad in ten ways. The row number determines the values of a
 * row; a seed determines which rows are bad and how. Some good rows span several lines.
 */
public final class BadRows {

  /** Number of rows in the file, without the header line. */
  public static final int ROWS = 100_000;

  /** Number of bad rows. */
  public static final int BAD = 137;

  /** The first row with a line break in a value; always good. */
  public static final int OF_TWO_LINES = 2;

  /** The columns in the order of the fields. */
  public static final List<String> COLUMNS = List.of("k", "n", "d", "address", "v", "note");

  /** The defect of a row. */
  public enum Fault {
    TOO_FEW_FIELDS,
    TOO_MANY_FIELDS,
    BAD_NUMBER,
    BAD_DATE,
    NULL_KEY,
    EMPTY_KEY,
    TEXT_AFTER_CLOSING_QUOTE,
    INVALID_UTF8,
    UNKNOWN_UDT_FIELD,
    WRONG_DIMENSION;

    /** The column that the error names; null if the error concerns the whole record. */
    public @Nullable String column() {
      return switch (this) {
        case TOO_FEW_FIELDS, TOO_MANY_FIELDS, TEXT_AFTER_CLOSING_QUOTE -> null;
        case BAD_NUMBER -> "n";
        case BAD_DATE -> "d";
        case NULL_KEY, EMPTY_KEY -> "k";
        case INVALID_UTF8 -> "note";
        case UNKNOWN_UDT_FIELD -> "address";
        case WRONG_DIMENSION -> "v";
      };
    }
  }

  /**
   * A bad row.
   *
   * @param number the row's number, from 0
   * @param text the row's bytes without the line end
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Bad(int number, Fault fault, byte[] text) {}

  private final Map<Long, Bad> badByLine;
  private final Set<Integer> badNumbers;

  private BadRows(Map<Long, Bad> badByLine, Set<Integer> badNumbers) {
    this.badByLine = badByLine;
    this.badNumbers = badNumbers;
  }

  /** Writes the file with a header line. Lines end in LF. */
  public static BadRows write(Path file, long seed) throws IOException {
    Random random = new Random(seed);
    TreeSet<Integer> bad = new TreeSet<>();
    // Includes the first and the last row.
    bad.add(0);
    bad.add(ROWS - 1);
    while (bad.size() < BAD) {
      int number = random.nextInt(ROWS);
      if (number != OF_TWO_LINES) {
        bad.add(number);
      }
    }
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < BAD; i++) {
      faults.add(Fault.values()[i % Fault.values().length]);
    }
    Collections.shuffle(faults, random);
    Map<Long, Bad> byLine = new TreeMap<>();
    long line = 2;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      out.write((String.join(",", COLUMNS) + "\n").getBytes(UTF_8));
      for (int i = 0; i < ROWS; i++) {
        byte[] text;
        if (bad.contains(i)) {
          Fault fault = faults.get(byLine.size());
          text = bad(i, fault);
          byLine.put(line, new Bad(i, fault, text));
        } else {
          text = good(i).getBytes(UTF_8);
        }
        out.write(text);
        out.write('\n');
        line++;
        for (byte each : text) {
          line += each == '\n' ? 1 : 0;
        }
      }
    }
    return new BadRows(Collections.unmodifiableMap(byLine), bad);
  }

  /** Returns the bad rows by the number of their first line; the header is line 1. */
  public Map<Long, Bad> badByLine() {
    return badByLine;
  }

  /** Returns whether the row with this number is bad. */
  public boolean isBad(int number) {
    return badNumbers.contains(number);
  }

  /** Returns the statements that create the type and the table. */
  public static List<String> ddl(String keyspace, String table) {
    return List.of(
        "CREATE TYPE IF NOT EXISTS " + keyspace + ".badrows_address (street text, zip int)",
        String.format(
            "CREATE TABLE %1$s.%2$s (k text PRIMARY KEY, n int, d date,"
                + " address frozen<badrows_address>, v vector<float, 3>, note text)",
            keyspace, table));
  }

  /** Returns the table's description, for readers without a cluster. */
  public static TableDescription description() {
    return new TableDescription(
        "ks",
        "badrows",
        List.of(
            new ColumnDescription("k", DataTypes.TEXT, Kind.PARTITION_KEY),
            new ColumnDescription("n", DataTypes.INT, Kind.REGULAR),
            new ColumnDescription("d", DataTypes.DATE, Kind.REGULAR),
            new ColumnDescription(
                "address",
                TestUserType.of(
                    "badrows_address",
                    List.of("street", "zip"),
                    List.of(DataTypes.TEXT, DataTypes.INT)),
                Kind.REGULAR),
            new ColumnDescription("v", DataTypes.vectorOf(DataTypes.FLOAT, 3), Kind.REGULAR),
            new ColumnDescription("note", DataTypes.TEXT, Kind.REGULAR)));
  }

  /** Returns the partition key of a row. */
  public static String key(int number) {
    return "key-" + number;
  }

  /** Returns the serialized values of the good or corrected row, in the order of the columns. */
  public static List<@Nullable ByteBuffer> values(int number) {
    String note = note(number);
    return Arrays.asList(
        CqlBytes.text(key(number)),
        CqlBytes.integer(31 * number),
        CqlBytes.of(TypeCodecs.DATE, date(number)),
        CqlBytes.tuple(CqlBytes.text(street(number)), CqlBytes.integer(number)),
        CqlBytes.concatenate(
            CqlBytes.of(TypeCodecs.FLOAT, (float) number),
            CqlBytes.of(TypeCodecs.FLOAT, number + 0.5f),
            CqlBytes.of(TypeCodecs.FLOAT, (float) -number)),
        note == null ? null : CqlBytes.text(note));
  }

  /** Returns the record of the good row, without the line end. */
  public static String good(int number) {
    return String.join(",", fields(number));
  }

  private static List<String> fields(int number) {
    String note = note(number);
    return new ArrayList<>(
        List.of(
            key(number),
            Integer.toString(31 * number),
            date(number).toString(),
            quoted("{\"street\":\"" + street(number) + "\",\"zip\":" + number + "}"),
            quoted("[" + number + ", " + number + ".5, " + -number + "]"),
            note == null ? "" : quoted(note)));
  }

  private static byte[] bad(int number, Fault fault) {
    List<String> fields = fields(number);
    switch (fault) {
      case TOO_FEW_FIELDS -> fields.remove(4);
      case TOO_MANY_FIELDS -> fields.add(2, "7");
      case BAD_NUMBER -> fields.set(1, "31x" + number);
      case BAD_DATE -> fields.set(2, "2026-02-30");
      case NULL_KEY -> fields.set(0, "");
      case EMPTY_KEY -> fields.set(0, "\"\"");
      case TEXT_AFTER_CLOSING_QUOTE -> fields.set(5, "\"closed\" too early");
      case INVALID_UTF8 -> {
        fields.set(5, "caf");
        byte[] start = String.join(",", fields).getBytes(UTF_8);
        byte[] text = Arrays.copyOf(start, start.length + 1);
        text[start.length] = (byte) 0xe9; // é in ISO 8859-1
        return text;
      }
      case UNKNOWN_UDT_FIELD ->
          fields.set(3, quoted("{\"street\":\"s\",\"zip\":1,\"colour\":\"red\"}"));
      case WRONG_DIMENSION -> fields.set(4, quoted("[1, 2, 3, 4]"));
    }
    return String.join(",", fields).getBytes(UTF_8);
  }

  private static LocalDate date(int number) {
    return LocalDate.ofEpochDay(number % 30_000);
  }

  private static String street(int number) {
    return "Straße " + number;
  }

  private static @Nullable String note(int number) {
    return switch (number % 11) {
      case 0 -> null;
      case 1 -> "";
      case 2 -> "of two\nlines, row " + number;
      case 3 -> "with \"quotes\", " + number;
      case 4 -> "\uD83D\uDE00 " + number;
      default -> "note " + number;
    };
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }
}
