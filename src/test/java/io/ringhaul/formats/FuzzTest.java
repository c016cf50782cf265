package io.ringhaul.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.datastax.oss.driver.api.core.type.DataTypes;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads damaged files: no hang, no exception other than Ringhaul's own, no wrong row. {@code
 * -Dringhaul.fuzz.cases=...} sets the number of cases.
 */
class FuzzTest {

  private static final int CASES = Integer.getInteger("ringhaul.fuzz.cases", 5_000);
  private static final int SAMPLES = 12;
  private static final Duration LONGEST_CASE = Duration.ofSeconds(20);

  private static final TableDescription TABLE =
      new TableDescription(
          "ks",
          "t",
          List.of(
              new ColumnDescription("k", DataTypes.INT, Kind.PARTITION_KEY),
              new ColumnDescription("a", DataTypes.TEXT, Kind.REGULAR),
              new ColumnDescription(
                  "m", DataTypes.mapOf(DataTypes.TEXT, DataTypes.INT), Kind.REGULAR),
              new ColumnDescription("b", DataTypes.TEXT, Kind.REGULAR)));

  @TempDir private Path folder;

  /** The result of reading a file. */
  private record Outcome(
      List<List<@Nullable String>> rows, int refused, @Nullable BulkOperationException end) {}

  /** A valid file: its rows and the offset of each record; the last offset is the file's end. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Sample(
      List<List<@Nullable ByteBuffer>> rows, byte[] bytes, List<Integer> starts, Source source) {}

  private interface Source {
    ImportSource at(Path file);
  }

  private List<Sample> samples(ExportTarget target, Source source) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      List<List<@Nullable ByteBuffer>> rows = rows(new Random(i), true);
      byte[] bytes = part(target, rows);
      List<Integer> starts = new ArrayList<>();
      readAll(
          source.at(file("sample", bytes)),
          TABLE,
          record -> {
            byte[] text = record.text().orElseThrow();
            int from = starts.isEmpty() ? 0 : starts.get(starts.size() - 1);
            starts.add(from + text.length + 1);
          });
      int header = bytes.length - starts.get(starts.size() - 1);
      starts.replaceAll(start -> header + start);
      starts.add(0, header);
      samples.add(new Sample(rows, bytes, starts, source));
    }
    return samples;
  }

  private List<Sample> csv() {
    List<Sample> samples = new ArrayList<>();
    for (CsvDialect dialect : CsvDialect.values()) {
      samples.addAll(
          samples(
              CsvTarget.folder(place()).dialect(dialect).mode(WriteMode.OVERWRITE),
              file -> CsvSource.at(file).dialect(dialect)));
    }
    return samples;
  }

  @Test
  void readsDamagedCsvLikeAnotherReader() {
    List<Sample> samples = csv();
    Seeds.each(
        CASES / 4,
        random -> {
          int number = random.nextInt(samples.size());
          Sample sample = samples.get(number);
          byte[] mutated = new Mutations(random).mutate(sample.bytes(), 0, sample.bytes().length);
          Outcome outcome = read(sample.source().at(file("csv", mutated)), TABLE);
          boolean isRfc = number < SAMPLES;
          if (isRfc && outcome.refused() == 0 && outcome.end() == null) {
            assertAlike(outcome.rows(), fastCsv(mutated), new String(mutated, UTF_8));
          }
        });
  }

  @Test
  void damagedCsvRecordDoesNotAffectOthers() {
    List<Sample> samples = csv();
    Seeds.each(
        CASES / 4,
        random -> {
          Sample sample = samples.get(random.nextInt(samples.size()));
          int damaged = random.nextInt(sample.rows().size());
          assertOthers(sample, damaged, withoutStructure(random, record(sample, damaged)));
        });
  }

  @Test
  void damagedJsonLineDoesNotAffectOthers() {
    List<Sample> samples =
        samples(JsonTarget.folder(place()).mode(WriteMode.OVERWRITE), JsonSource::at);
    Seeds.each(
        CASES / 4,
        random -> {
          Sample sample = samples.get(random.nextInt(samples.size()));
          // The first line determines whether the file has one object per line.
          int damaged = 1 + random.nextInt(sample.rows().size() - 1);
          byte[] record = record(sample, damaged);
          byte[] mutated = new Mutations(random).mutate(record, 0, record.length);
          for (int i = 0; i < mutated.length; i++) {
            if (mutated[i] == '\n' || mutated[i] == '\r') {
              mutated[i] = '"';
            }
          }
          assertOthers(sample, damaged, mutated);
        });
  }

  @Test
  void readsOrRejectsDamagedJson() {
    List<byte[]> valid = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      JsonTarget target = JsonTarget.folder(place());
      valid.add(part(i % 2 == 0 ? target : target.singleArray(), rows(new Random(i), true)));
    }
    Seeds.each(
        CASES / 8,
        random -> {
          byte[] bytes = valid.get(random.nextInt(SAMPLES));
          byte[] mutated = new Mutations(random).mutate(bytes, 0, bytes.length);
          Outcome outcome = read(JsonSource.at(file("json", mutated)), TABLE);
          assertThat(outcome.rows().size() + outcome.refused()).isLessThanOrEqualTo(mutated.length);
        });
  }

  /**
   * Pages have checksums; reading a damaged page returns only the rows before it. Page headers and
   * footers have no checksum, see below.
   */
  @Test
  void readsOrRejectsDamagedParquetPages() throws IOException {
    List<List<@Nullable ByteBuffer>> rows = rows(new Random(1), false);
    byte[] valid = part(ParquetTarget.folder(place()), rows);
    List<List<@Nullable String>> expected = rows.stream().map(FuzzTest::hex).toList();
    List<Integer> covered = bytesOfPages(valid);
    Seeds.each(
        CASES / 16,
        random -> {
          byte[] mutated = valid.clone();
          for (int i = random.nextInt(3); i >= 0; i--) {
            int at = covered.get(random.nextInt(covered.size()));
            mutated[at] ^= (byte) (1 + random.nextInt(255));
          }
          Outcome outcome = read(ParquetSource.at(file("parquet", mutated)), TABLE);
          int read = outcome.rows().size();
          assertThat(outcome.rows()).isEqualTo(expected.subList(0, read));
          if (outcome.end() == null) {
            assertThat(read).isEqualTo(rows.size());
          }
        });
  }

  /** Returns the ranges of the page data; each page follows its header. */
  private static List<Integer> bytesOfPages(byte[] file) throws IOException {
    int footer =
        file.length
            - 8
            - ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
    int end = 4;
    FileMetaData metadata =
        Util.readFileMetaData(new ByteArrayInputStream(file, footer, file.length - footer));
    for (ColumnChunk column : metadata.getRow_groups().get(0).getColumns()) {
      end += (int) column.getMeta_data().getTotal_compressed_size();
    }
    List<Integer> covered = new ArrayList<>();
    int at = 4;
    while (at < end) {
      ByteArrayInputStream rest = new ByteArrayInputStream(file, at, end - at);
      PageHeader header = Util.readPageHeader(rest);
      assertThat(header.isSetCrc()).isTrue();
      at = end - rest.available();
      for (int i = 0; i < header.getCompressed_page_size(); i++) {
        covered.add(at++);
      }
    }
    return covered;
  }

  /**
   * Footers and page headers have no checksum: damage can go unnoticed, but must not cause a hang
   * or another kind of exception.
   */
  @Test
  void readsOrRejectsDamagedParquet() {
    byte[] valid = part(ParquetTarget.folder(place()), rows(new Random(1), false));
    Seeds.each(
        CASES / 16,
        random -> {
          byte[] mutated = new Mutations(random).mutate(valid, 0, valid.length);
          read(ParquetSource.at(file("parquet", mutated)), TABLE);
        });
  }

  private static byte[] record(Sample sample, int number) {
    return Arrays.copyOfRange(
        sample.bytes(), sample.starts().get(number), sample.starts().get(number + 1) - 1);
  }

  private void assertOthers(Sample sample, int damaged, byte[] mutated) {
    int from = sample.starts().get(damaged);
    int to = sample.starts().get(damaged + 1) - 1;
    Path file = file("mutated", join(sample.bytes(), from, mutated, to));
    Outcome outcome = read(sample.source().at(file), TABLE);
    List<List<@Nullable String>> actual = new ArrayList<>(outcome.rows());
    List<List<@Nullable String>> expected =
        new ArrayList<>(sample.rows().stream().map(FuzzTest::hex).toList());
    if (outcome.end() != null) {
      // Only if a line contained a row and further text after it.
      assertThat(outcome.end()).isInstanceOf(StorageException.class);
      assertThat(actual.size() + outcome.refused())
          .as("rows before %s", outcome.end())
          .isGreaterThan(damaged);
      assertThat(actual.subList(0, damaged)).isEqualTo(expected.subList(0, damaged));
      return;
    }
    int more = actual.size() - (expected.size() - 1);
    assertThat(more).isNotNegative();
    for (int i = 0; i < more; i++) {
      actual.remove(damaged);
    }
    expected.remove(damaged);
    assertThat(actual).isEqualTo(expected);
  }

  /** Returns rows of texts that are hard to parse, with and without line breaks. */
  private static List<List<@Nullable ByteBuffer>> rows(Random random, boolean isHard) {
    String[] pieces = {"a", "b c", "\"", "\\", ",", "{", "}", "[", ":", "é", "\uD83D\uDE00", "\n"};
    boolean breaks = random.nextBoolean();
    List<List<@Nullable ByteBuffer>> rows = new ArrayList<>();
    int count = isHard ? 2 + random.nextInt(20) : 50;
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = random.nextInt(6); k > 0; k--) {
        text.append(pieces[random.nextInt(pieces.length - (breaks ? 0 : 1))]);
      }
      rows.add(
          Arrays.asList(
              CqlBytes.integer(i),
              random.nextInt(4) == 0 ? null : CqlBytes.text(text.toString()),
              random.nextInt(3) == 0
                  ? null
                  : CqlBytes.collection(1, CqlBytes.text("x" + i), CqlBytes.integer(-i)),
              CqlBytes.text("b" + text.length())));
    }
    return rows;
  }

  /** Returns the record with changed bytes that neither start a field nor end a line. */
  private static byte[] withoutStructure(Random random, byte[] record) {
    byte[] mutated = record.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(mutated.length);
      byte value = (byte) random.nextInt();
      if (!isStructure(mutated[at]) && !isStructure(value)) {
        mutated[at] = value;
      }
    }
    return mutated;
  }

  private static boolean isStructure(byte value) {
    return value == '"' || value == ',' || value == '\\' || value == '\n' || value == '\r';
  }

  private static byte[] join(byte[] all, int from, byte[] record, int to) {
    return CqlBytes.bytes(
        CqlBytes.concatenate(
            ByteBuffer.wrap(all, 0, from),
            ByteBuffer.wrap(record),
            ByteBuffer.wrap(all, to, all.length - to)));
  }

  /** Compares keys and texts; the other reader does not support nulls. */
  private static void assertAlike(
      List<List<@Nullable String>> actual, List<List<@Nullable String>> texts, String file) {
    assertThat(actual).hasSameSizeAs(texts);
    for (int i = 0; i < actual.size(); i++) {
      int key = Integer.parseInt(String.valueOf(texts.get(i).get(0)));
      assertThat(actual.get(i).get(0)).isEqualTo(CqlBytes.hex(CqlBytes.integer(key)));
      for (int column : new int[] {1, 3}) {
        String text = texts.get(i).get(column);
        String hex = actual.get(i).get(column);
        assertThat(hex == null ? "" : hex)
            .as("row %d, column %d of%n%s", i, column, file)
            .isEqualTo(text == null ? "" : CqlBytes.hex(CqlBytes.text(text)));
      }
    }
  }

  /** Returns the valid rows of a file as another reader splits it into fields. */
  private static List<List<@Nullable String>> fastCsv(byte[] bytes) {
    List<List<@Nullable String>> rows = new ArrayList<>();
    List<CsvRecord> records =
        CsvReader.builder()
            .skipEmptyLines(true)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(new String(bytes, UTF_8))
            .stream()
            .toList();
    // Names are compared without case; no column of this table has a non-ASCII name.
    List<String> names =
        records.get(0).getFields().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    for (CsvRecord record : records.subList(1, records.size())) {
      List<@Nullable String> row = new ArrayList<>();
      for (ColumnDescription column : TABLE.columns()) {
        int field = names.indexOf(column.name());
        row.add(field < 0 ? null : record.getField(field));
      }
      rows.add(row);
    }
    return rows;
  }

  private Path place() {
    return folder.resolve(UUID.randomUUID().toString());
  }

  private Path file(String extension, byte[] content) {
    try {
      return Files.write(folder.resolve("mutated." + extension), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Exports the rows to one file and returns its bytes. */
  private static byte[] part(ExportTarget target, List<List<@Nullable ByteBuffer>> rows) {
    try (TargetSession session = target.open()) {
      TargetPlan plan =
          session.plan(
              new ExportDescription(
                  UUID.randomUUID(),
                  TABLE,
                  TABLE.columns(),
                  1,
                  TokenRangeSet.wholeRing(),
                  Map.of()));
      TaskOutput output;
      try (TaskWriter writer = session.openTask(plan, TABLE.columns(), 0)) {
        rows.forEach(row -> writer.write(row::get));
        output = writer.finish();
      }
      Path out = Path.of(session.commit(plan, List.of(output)).location());
      try (var files = Files.list(out)) {
        Path part =
            files
                .filter(file -> file.getFileName().toString().startsWith("part-"))
                .findFirst()
                .orElseThrow();
        return Files.readAllBytes(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Outcome read(ImportSource source, TableDescription table) {
    return assertTimeoutPreemptively(
        LONGEST_CASE, () -> readAll(source, table, record -> assertThat(record).isNotNull()));
  }

  private static Outcome readAll(
      ImportSource source, TableDescription table, Consumer<SourceRecord> records) {
    List<List<@Nullable String>> rows = new ArrayList<>();
    int refused = 0;
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(table, List.of(), OptionalInt.empty());
      List<ColumnDescription> columns = table.select(plan.columns());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, columns, task)) {
          boolean more = true;
          while (more) {
            try {
              RawRow row = reader.next();
              more = row != null;
              if (row != null) {
                List<@Nullable String> values = new ArrayList<>();
                for (ColumnDescription column : table.columns()) {
                  int place = plan.columns().indexOf(column.name());
                  ByteBuffer value = place < 0 ? null : row.bytes(place);
                  values.add(value == null ? null : CqlBytes.hex(value));
                }
                rows.add(values);
                reader.lastRecord().ifPresent(records);
              }
            } catch (MalformedRecordException | UnrepresentableValueException e) {
              assertThat(e.getMessage()).isNotBlank();
              assertThat(reader.lastRecord()).isPresent();
              refused++;
            }
          }
        }
      }
      return new Outcome(rows, refused, null);
    } catch (BulkOperationException e) {
      assertThat(e.getMessage()).isNotBlank();
      return new Outcome(rows, refused, e);
    }
  }

  private static List<@Nullable String> hex(List<@Nullable ByteBuffer> row) {
    List<@Nullable String> values = new ArrayList<>();
    for (ByteBuffer value : row) {
      values.add(value == null ? null : CqlBytes.hex(value));
    }
    return values;
  }
}
