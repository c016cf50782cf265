package io.ringhaul.json;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.files.Manifest;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports to folders of JSON and imports from them and from files of other tools. */
class JsonFolderTest {

  private static final TableDescription TABLE =
      new TableDescription(
          "ks",
          "t",
          List.of(
              new ColumnDescription("k", DataTypes.INT, Kind.PARTITION_KEY),
              new ColumnDescription("Ts", DataTypes.TIMESTAMP, Kind.REGULAR),
              new ColumnDescription("b", DataTypes.BLOB, Kind.REGULAR)));

  @TempDir private Path folder;

  private List<String> export(JsonTarget target, RawRow... rows) {
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
        for (RawRow row : rows) {
          writer.write(row);
        }
        output = writer.finish();
      }
      session.commit(plan, List.of(output));
    }
    return Manifest.find(folder.resolve("out")).orElseThrow().files().stream()
        .map(Manifest.PartFile::name)
        .toList();
  }

  /** Returns the rows as hexadecimal digits by column, and the messages of rejected rows. */
  private static List<String> read(JsonSource source, String... columns) {
    List<String> rows = new ArrayList<>();
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(TABLE, List.of(columns), OptionalInt.empty());
      List<ColumnDescription> selected = TABLE.select(plan.columns());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, selected, task)) {
          boolean more = true;
          while (more) {
            try {
              RawRow row = reader.next();
              more = row != null;
              if (row != null) {
                List<String> values = new ArrayList<>();
                for (int i = 0; i < selected.size(); i++) {
                  ByteBuffer value = row.bytes(i);
                  values.add(
                      selected.get(i).name()
                          + "="
                          + (value == null ? "null" : CqlBytes.hex(value)));
                }
                rows.add(String.join(" ", values));
              }
            } catch (UnrepresentableValueException e) {
              rows.add(String.valueOf(e.getMessage()));
            }
          }
        }
      }
    }
    return rows;
  }

  @Test
  void rejectsUtf16FilesAndFirstRecordsWithTooManyFields() throws IOException {
    String text = "{\"k\":1}\n";
    for (Charset charset : List.of(UTF_16, UTF_16LE)) {
      Path file = Files.write(folder.resolve(charset + ".json"), text.getBytes(charset));
      assertThatThrownBy(() -> read(JsonSource.at(file)))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The file %s is not UTF-8: its first bytes are those of %s; set encoding to" + " %s",
              file, charset, charset);
    }
    StringBuilder keys = new StringBuilder("{\"k\":1");
    for (int i = 0; i < 100_000; i++) {
      keys.append(",\"x").append(i).append("\":0");
    }
    Path wide = file("wide.json", keys + "}");
    assertThatThrownBy(() -> read(JsonSource.at(wide)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "Row 1 (line 1) of %s has more than 10000 fields. If it is correct, raise maxColumns"
                + " (--max-columns)",
            wide);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static RawRow row(@Nullable ByteBuffer... values) {
    return column -> values[column];
  }

  @Test
  void writesFilesAndManifest() throws IOException {
    Path out = folder.resolve("out");
    RawRow one = row(CqlBytes.integer(1), CqlBytes.hex("0000000000000000"), null);
    // Its Base64 is also a literal.
    RawRow two = row(CqlBytes.integer(2), null, CqlBytes.hex("d31d76"));
    List<String> names = export(JsonTarget.folder(out), one, two);
    assertThat(names).hasSize(1);
    assertThat(names.get(0)).startsWith("part-").endsWith(".json");
    assertThat(out.resolve(names.get(0)))
        .hasContent(
            "{\"k\":1,\"Ts\":\"1970-01-01T00:00:00Z\",\"b\":null}\n"
                + "{\"k\":2,\"Ts\":null,\"b\":\"0xd31d76\"}\n");
    assertThat(read(JsonSource.at(out)))
        .containsExactly("k=00000001 Ts=0000000000000000 b=null", "k=00000002 Ts=null b=d31d76");
    assertThat(read(JsonSource.at(out), "b", "k"))
        .containsExactly("b=null k=00000001", "b=d31d76 k=00000002");
  }

  @Test
  void writesArraysAndCompressedFiles() throws IOException {
    for (Compression compression : Compression.values()) {
      if (compression == Compression.SNAPPY) {
        continue; // not supported for text files; tested with the folders
      }
      Path out = folder.resolve("out");
      JsonTarget target = JsonTarget.folder(out).singleArray().compression(compression);
      List<String> names =
          export(
              target.mode(io.ringhaul.format.WriteMode.OVERWRITE),
              row(CqlBytes.integer(1), null, null));
      if (compression == Compression.NONE) {
        assertThat(out.resolve(names.get(0)))
            .hasContent("[\n{\"k\":1,\"Ts\":null,\"b\":null}\n]\n");
      }
      assertThat(read(JsonSource.at(out))).containsExactly("k=00000001 Ts=null b=null");
    }
  }

  /** Files of {@code dsbulk unload -c json} in both of its modes. */
  @Test
  void readsFoldersOfDsbulk() throws IOException {
    file(
        "output-000001.json",
        "{\"k\":1,\"Ts\":\"1970-01-01T00:00:00.5Z\",\"b\":\"AQ==\"}\n"
            + "{\"k\":2,\"Ts\":null,\"b\":\"\"}\n");
    file(
        "output-000002.json",
        "[\n{\"k\":3,\"Ts\":null,\"b\":null},{\"k\":4,\"Ts\":null,\"b\":null}\n]\n");
    assertThat(read(JsonSource.at(folder)))
        .containsExactly(
            "k=00000001 Ts=00000000000001f4 b=01",
            "k=00000002 Ts=null b=",
            "k=00000003 Ts=null b=null",
            "k=00000004 Ts=null b=null");
  }

  @Test
  void readsFilesWithOtherExtensions() throws IOException {
    try (OutputStream gzip =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("a.jsonl.gz")))) {
      gzip.write("{\"k\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    file("b.ndjson", "{\"k\":2}");
    file("c.json", "");
    file("d.txt", "no JSON");
    assertThat(read(JsonSource.at(folder)))
        .containsExactly("k=00000001 Ts=null b=null", "k=00000002 Ts=null b=null");
    assertThat(read(JsonSource.at(folder + "/*.ndjson")))
        .containsExactly("k=00000002 Ts=null b=null");
  }

  /** One DSBulk unload writes all blobs in Base64 or all as literals. */
  @Test
  void detectsBlobFormOfDsbulk() throws IOException {
    Path base64 = file("output-000001.json", "{\"k\":1,\"b\":\"0x12\"}{\"k\":2,\"b\":\"0X12\"}");
    assertThat(read(JsonSource.at(base64)))
        .containsExactly("k=00000001 Ts=null b=d31d76", "k=00000002 Ts=null b=d17d76");
    Path literals = file("output-000002.json", "{\"k\":1,\"b\":\"0x12\"}{\"k\":2,\"b\":\"0x1\"}");
    assertThat(read(JsonSource.at(literals)).get(0))
        .contains("is valid as Base64 and as a literal");
    assertThat(read(JsonSource.at(folder))).contains("k=00000001 Ts=null b=d31d76");
    Path other = file("rows.json", "{\"k\":1,\"b\":\"0x12\"}{\"k\":2,\"b\":\"AQ==\"}");
    assertThat(read(JsonSource.at(other)).get(0)).contains("is valid as Base64 and as a literal");
  }

  @Test
  void appliesSettings() throws IOException {
    Path file = file("a.json", "{\"k\":1,\"Ts\":\"02.01.1970 01:00\",\"b\":\"0x12\"}");
    JsonSource source = JsonSource.at(file).timestampFormat("dd.MM.yyyy HH:mm");
    assertThat(read(source).get(0)).contains("is valid as Base64 and as a literal");
    assertThat(
            read(
                source
                    .blobForm(io.ringhaul.json.BlobForm.LITERAL_FIRST)
                    .timeZone(java.time.ZoneId.of("+01:00"))))
        .containsExactly("k=00000001 Ts=0000000005265c00 b=12");
    Path counted = file("b.json", "{\"k\":1,\"Ts\":86400}");
    assertThat(read(JsonSource.at(counted).timestampUnit(TimeUnit.SECONDS)))
        .containsExactly("k=00000001 Ts=0000000005265c00 b=null");
    assertThatThrownBy(
            () ->
                JsonSource.at(counted)
                    .timestampUnit(TimeUnit.SECONDS)
                    .timestampFormat("yyyy")
                    .open())
        .isInstanceOf(InvalidSettingException.class);
    assertThatThrownBy(() -> JsonSource.at(counted).dateFormat("{"))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void rejectsOrSkipsUnknownFields() throws IOException {
    Path file = file("a.json", "{\"k\":1,\"ts\":0}\n{\"k\":2,\"late\":0}\n{\"k\":3}\n");
    assertThatThrownBy(() -> read(JsonSource.at(file)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its column ts is not in the table");
    assertThat(read(JsonSource.at(file).ignoreUnknownFields()))
        .containsExactly(
            "k=00000001 Ts=null b=null", "k=00000002 Ts=null b=null", "k=00000003 Ts=null b=null");
    assertThat(read(JsonSource.at(file), "k"))
        .containsExactly(
            "k=00000001",
            "Row 2 (line 2) of "
                + file
                + ": late is not a column of the table, so its value would be lost; set"
                + " ignoreUnknownFields to skip such fields",
            "k=00000003");
  }

  @Test
  void rejectsFilesWithoutKeyOrJson() throws IOException {
    Path file = file("a.json", "{\"b\":\"\"}");
    assertThatThrownBy(() -> read(JsonSource.at(file)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it has no column k");
    Path noJson = file("b.json", "k,b\n1,2\n");
    assertThatThrownBy(() -> read(JsonSource.at(noJson)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(noJson + " is not valid JSON")
        .hasMessageContaining("line 1, column");
  }
}
