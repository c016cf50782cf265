package io.ringhaul.csv;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.csv.CsvFolders.Imported;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rejected records make a file that the source reads with the same settings. */
class RecordFormTest {

  private static final TableDescription TABLE =
      new TableDescription(
          "ks",
          "t",
          List.of(
              new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
              new ColumnDescription("näme", DataTypes.TEXT, Kind.REGULAR)));

  @TempDir private Path folder;

  @Test
  void usesEncodingOfTheSource() throws IOException {
    for (Charset charset : List.of(ISO_8859_1, UTF_16, UTF_16LE)) {
      assertRefusedAgain(
          source(charset, "näme,id\r\nä,1\r\nö,x\r\nü,3\r\n").encoding(charset),
          charset,
          "näme,id\nö,x\n");
    }
  }

  @Test
  void addsFillerForSkippedRecords() throws IOException {
    for (Charset charset : List.of(ISO_8859_1, UTF_16)) {
      String text = "näme,id\nä,1\nä,y\nö,x\nü,3\n";
      CsvSource source = source(charset, text).encoding(charset).skipRecords(2);
      assertRefusedAgain(source, charset, "näme,id\n-\n-\nö,x\n");
      source(charset, text);
      assertRefusedAgain(source.comment('-'), charset, "näme,id\n+\n+\nö,x\n");
    }
  }

  private CsvSource source(Charset charset, String text) throws IOException {
    Path file = folder.resolve("rows.csv");
    Files.write(file, text.getBytes(charset));
    return CsvSource.at(file);
  }

  /** Checks the file of the rejected records, and that the same settings reject them again. */
  private void assertRefusedAgain(CsvSource source, Charset charset, String expected)
      throws IOException {
    byte[] file = refused(source);
    assertThat(new String(file, charset)).isEqualTo(expected);
    assertThat(file).isEqualTo(expected.getBytes(charset));

    Files.write(folder.resolve("rows.csv"), file);
    assertThat(refused(source)).isEqualTo(file);

    Files.write(folder.resolve("rows.csv"), expected.replace('x', '2').getBytes(charset));
    Imported corrected = CsvFolders.read(source, TABLE);
    assertThat(corrected.refused()).isEmpty();
    assertThat(corrected.columns()).containsExactlyInAnyOrder("id", "näme");
    assertThat(corrected.rows()).hasSize(1);
    assertThat(corrected.rows().get(0))
        .containsExactlyInAnyOrder(
            CqlBytes.hex(CqlBytes.integer(2)), CqlBytes.hex(CqlBytes.text("ö")));
  }

  /** Returns a file with the only rejected record of the source. */
  private static byte[] refused(CsvSource source) {
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(TABLE, List.of(), OptionalInt.empty());
      try (RowReader reader =
          session.open(plan, TABLE.select(plan.columns()), plan.tasks().get(0))) {
        while (true) {
          try {
            assertThat(reader.next()).as("a rejected record").isNotNull();
          } catch (UnrepresentableValueException e) {
            break;
          }
        }
        RecordForm form = reader.recordForm().orElseThrow();
        return CqlBytes.bytes(
            CqlBytes.concatenate(
                form.header(),
                ByteBuffer.wrap(reader.lastRecord().orElseThrow().text().orElseThrow()),
                form.lineEnd()));
      }
    }
  }
}
