package io.ringhaul.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSession;
import io.ringhaul.formats.BadRows.Bad;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading a large file returns all good rows and reports the bad rows by line number. */
class BadRowsTest {

  private static final TableDescription TABLE = BadRows.description();

  @TempDir private Path folder;

  private record Refused(BulkOperationException failure, SourceRecord record) {}

  @Test
  void readsGoodRowsAndReportsBadRowsByLine() throws IOException {
    long seed = Seeds.next();
    Path file = folder.resolve("rows.csv");
    BadRows rows = BadRows.write(file, seed);
    Map<Long, Refused> refused = new TreeMap<>();
    List<@Nullable RecordForm> forms = new ArrayList<>();
    int[] number = {0};
    int[] good = {0};
    read(
        file,
        (reader, row) -> {
          while (rows.isBad(number[0])) {
            number[0]++;
          }
          List<@Nullable ByteBuffer> expected = BadRows.values(number[0]);
          for (int i = 0; i < expected.size(); i++) {
            if (!Objects.equals(row.bytes(i), expected.get(i))) {
              throw new AssertionError("seed " + seed + ": row " + number[0] + ", column " + i);
            }
          }
          number[0]++;
          good[0]++;
        },
        (reader, failure) -> {
          SourceRecord record = reader.lastRecord().orElseThrow();
          refused.put(record.number(), new Refused(failure, record));
          forms.add(reader.recordForm().orElseThrow());
        });
    assertThat(good[0]).as("seed %d", seed).isEqualTo(BadRows.ROWS - BadRows.BAD);
    assertThat(refused.keySet()).as("seed %d", seed).isEqualTo(rows.badByLine().keySet());
    rows.badByLine()
        .forEach(
            (line, bad) -> assertTold(file, line, bad, Objects.requireNonNull(refused.get(line))));
    assertThat(forms).hasSize(BadRows.BAD);
    RecordForm form = forms.get(0);
    assertThat(forms).containsOnly(form);
    assertThat(form.extension()).isEqualTo("csv");
    assertThat(UTF_8.decode(form.header()).toString())
        .isEqualTo(String.join(",", BadRows.COLUMNS) + "\n");
    assertCorrected(form, refused.values().stream().map(Refused::record).toList(), rows);
  }

  private static void assertTold(Path file, long line, Bad bad, Refused told) {
    assertThat(told.record().source()).isEqualTo(file.toString());
    assertThat(told.record().unit()).isEqualTo("line");
    assertThat(told.record().text().orElseThrow()).isEqualTo(bad.text());
    assertThat(told.failure())
        .hasMessageStartingWith(
            "Record %d (line %d) of %s".formatted(bad.number() + 1, line, file));
    if (bad.fault().column() == null) {
      assertThat(told.failure()).isInstanceOf(MalformedRecordException.class);
    } else {
      assertThat(told.failure())
          .isInstanceOfSatisfying(
              UnrepresentableValueException.class,
              e -> assertThat(e.column()).isEqualTo(bad.fault().column()));
    }
  }

  /** Writes the rejected records to a file, which is rejected again until it is corrected. */
  private void assertCorrected(RecordForm form, List<SourceRecord> records, BadRows rows)
      throws IOException {
    Path again = folder.resolve("again." + form.extension());
    try (OutputStream out = Files.newOutputStream(again)) {
      out.write(CqlBytes.bytes(form.header()));
      // A bad record spans lines only in a file with a line break in a quoted field.
      out.write(BadRows.good(BadRows.OF_TWO_LINES).getBytes(UTF_8));
      out.write(CqlBytes.bytes(form.lineEnd()));
      for (SourceRecord record : records) {
        out.write(record.text().orElseThrow());
        out.write(CqlBytes.bytes(form.lineEnd()));
      }
    }
    List<byte[]> texts = new ArrayList<>();
    read(
        again,
        (reader, row) ->
            assertThat(row.bytes(0)).isEqualTo(CqlBytes.text(BadRows.key(BadRows.OF_TWO_LINES))),
        (reader, failure) ->
            texts.add(reader.lastRecord().flatMap(SourceRecord::text).orElseThrow()));
    assertThat(texts)
        .containsExactlyElementsOf(rows.badByLine().values().stream().map(Bad::text).toList());

    List<Integer> numbers = rows.badByLine().values().stream().map(Bad::number).toList();
    try (OutputStream out = Files.newOutputStream(again)) {
      out.write(CqlBytes.bytes(form.header()));
      for (int number : numbers) {
        out.write(BadRows.good(number).getBytes(UTF_8));
        out.write(CqlBytes.bytes(form.lineEnd()));
      }
    }
    List<@Nullable ByteBuffer> keys = new ArrayList<>();
    read(
        again,
        (reader, row) -> keys.add(row.bytes(0)),
        (reader, failure) -> {
          throw failure;
        });
    assertThat(keys)
        .containsExactlyElementsOf(
            numbers.stream().map(number -> CqlBytes.text(BadRows.key(number))).toList());
  }

  private interface Rows {
    void take(RowReader reader, RawRow row);
  }

  private interface Refusals {
    void take(RowReader reader, BulkOperationException failure);
  }

  private static void read(Path file, Rows rows, Refusals refusals) {
    try (SourceSession session = CsvSource.at(file).open()) {
      SourcePlan plan = session.plan(TABLE, List.of(), OptionalInt.empty());
      assertThat(plan.columns()).isEqualTo(BadRows.COLUMNS);
      assertThat(plan.tasks()).hasSize(1);
      try (RowReader reader =
          session.open(plan, TABLE.select(plan.columns()), plan.tasks().get(0))) {
        while (true) {
          RawRow row;
          try {
            row = reader.next();
          } catch (MalformedRecordException | UnrepresentableValueException e) {
            refusals.take(reader, e);
            continue;
          }
          if (row == null) {
            assertThat(reader.lastRecord()).isEmpty();
            return;
          }
          rows.take(reader, row);
        }
      }
    }
  }
}
