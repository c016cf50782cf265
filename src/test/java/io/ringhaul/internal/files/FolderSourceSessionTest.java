package io.ringhaul.internal.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.internal.storage.Locations;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which rows an import reads from folders, files and globs. */
class FolderSourceSessionTest {

  private final LineFormat format = new LineFormat();
  @TempDir private Path folder;

  @Test
  void readsEveryCompression() throws IOException {
    for (Compression compression : Compression.values()) {
      Path out = folder.resolve(compression.name());
      export(out, compression, 1, 2, 3);
      Path part = part(out);
      assertThat(part.getFileName().toString())
          .endsWith(
              switch (compression) {
                case NONE -> ".txt";
                case GZIP -> ".txt.gz";
                case ZSTD -> ".txt.zst";
                case LZ4 -> ".txt.lz4";
                case SNAPPY -> ".txt.snappy";
                case BZIP2 -> ".txt.bz2";
                case XZ -> ".txt.xz";
              });
      assertThat(read(SourceLocation.at(out))).containsExactly(1, 2, 3);
      Files.delete(out.resolve(Manifest.NAME));
      assertThat(read(SourceLocation.at(out))).as("compression by suffix").containsExactly(1, 2, 3);
    }
  }

  @Test
  void readsTheFormatsFilesOfAFolderWithoutManifest() throws IOException {
    write("output-000002.txt", Compression.NONE, 3);
    write("output-000001.txt.gz", Compression.GZIP, 1, 2);
    write("more.LINES", Compression.NONE, 4);
    for (String other :
        List.of("_SUCCESS", "_temporary.txt", ".hidden.txt", ".x.txt.crc", "a.csv", "txt")) {
      Files.writeString(folder.resolve(other), "no rows");
    }
    Files.createDirectory(folder.resolve("inner.txt"));
    assertThat(read(SourceLocation.at(folder))).containsExactly(4, 1, 2, 3);
  }

  @Test
  void globsMatchFilesOfSeveralFolders() throws IOException {
    for (String day : List.of("2026-01", "2026-02", "2027-01")) {
      Files.createDirectories(folder.resolve(day));
    }
    write("2026-01/a.txt", Compression.NONE, 1);
    write("2026-02/b.txt.gz", Compression.GZIP, 2);
    write("2026-02/b.odd", Compression.NONE, 3);
    write("2026-02/_c.txt", Compression.NONE, 4);
    write("2027-01/d.txt", Compression.NONE, 5);
    assertThat(glob("2026-*/*.{txt,txt.gz}")).containsExactly(1, 2);
    assertThat(glob("2026-0?/*")).containsExactly(1, 3, 2);
    assertThat(glob("**/*.txt")).containsExactly(1, 5);
    assertThat(glob("202[67]-01/[ad].txt")).containsExactly(1, 5);
    assertThat(glob("2026-02/b.odd")).as("plain path").containsExactly(3);
    assertThatThrownBy(() -> glob("2028-*/*"))
        .isInstanceOf(StorageException.class)
        .hasMessage("No file matches " + folder + "/2028-*/*");
    assertThatThrownBy(() -> glob("gone/*")).hasMessageStartingWith("No file matches ");
    write("odd [name].txt", Compression.NONE, 6);
    assertThat(glob("odd [name].txt")).as("existing path").containsExactly(6);
  }

  @Test
  void setCompressionIsUsed() throws IOException {
    Path file = write("data.bin", Compression.ZSTD, 1, 2);
    assertThat(read(SourceLocation.at(file).withCompression(Compression.ZSTD)))
        .containsExactly(1, 2);
  }

  @Test
  void verifiesASingleFileOfAnExport() throws IOException {
    Path out = folder.resolve("out");
    export(out, Compression.NONE, 1, 2);
    Path part = part(out);
    assertThat(read(SourceLocation.at(part))).containsExactly(1, 2);
    Files.writeString(part, "id\n1\n3\n");
    assertThatThrownBy(() -> read(SourceLocation.at(part))).hasMessageContaining("is damaged");
    Path copy = Files.copy(part, folder.resolve("copy.txt"));
    assertThat(read(SourceLocation.at(copy))).containsExactly(1, 3);
  }

  @Test
  void failureNamesTheDamagedFile() throws IOException {
    Path out = folder.resolve("out");
    export(out, Compression.NONE, 1, 2);
    Path part = part(out);
    Files.writeString(part, "id\n1\n3\n");
    assertThatThrownBy(() -> read(SourceLocation.at(out)))
        .isInstanceOf(StorageException.class)
        .hasMessageMatching(
            "The file .*part-00000-000-.*\\.txt is damaged: its SHA-256 checksum is [0-9a-f]{64},"
                + " the manifest beside it says [0-9a-f]{64}; restore the file or disable the"
                + " check");
    assertThat(read(SourceLocation.at(out).withoutChecksums())).containsExactly(1, 3);
    Files.writeString(part, "id\n1\n");
    assertThatThrownBy(() -> read(SourceLocation.at(out).withoutChecksums()))
        .hasMessageContaining("has 5 bytes, but the manifest beside it says 7");
    Files.delete(part);
    assertThatThrownBy(() -> read(SourceLocation.at(out)))
        .hasMessageContaining("is missing, but the manifest beside it lists it");
  }

  @Test
  void truncatedCompressedFilesFail() throws IOException {
    int[] ids = new int[2_000];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i * 7_919;
    }
    for (Compression compression : Compression.values()) {
      if (compression == Compression.NONE) {
        continue; // truncation cannot be detected
      }
      Path file = write("cut-" + compression, compression, ids);
      byte[] bytes = Files.readAllBytes(file);
      for (int length : List.of(bytes.length - 9, bytes.length / 2, 3, 0)) {
        Files.write(file, Arrays.copyOf(bytes, length));
        assertThatThrownBy(() -> read(SourceLocation.at(file).withCompression(compression)))
            .as("%s of %d bytes", compression, length)
            .isInstanceOf(StorageException.class)
            .hasMessageContaining(file.toString());
      }
    }
  }

  @Test
  void readsConcatenatedCompressedFilesToTheEnd() throws IOException {
    for (Compression compression : Compression.values()) {
      Path file = write("joined-" + compression, compression, 1, 2);
      Path second = folder.resolve("second");
      try (OutputStream out = Compressions.compress(compression, Files.newOutputStream(second))) {
        out.write("3\n4\n".getBytes(US_ASCII));
      }
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
        Files.copy(second, out);
      }
      assertThat(read(SourceLocation.at(file).withCompression(compression)))
          .as("%s", compression)
          .containsExactly(1, 2, 3, 4);
    }
  }

  @Test
  void rejectsFoldersWithoutReadableFiles() throws IOException {
    assertThatThrownBy(() -> read(SourceLocation.at(folder)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The folder "
                + folder
                + " contains neither a _manifest.json nor files that end in .lines or .txt; use a"
                + " glob if its files have other names");
    Path out = folder.resolve("out");
    assertThatThrownBy(() -> read(SourceLocation.at(out))).hasMessage(out + " does not exist");
    export(out, Compression.NONE, 1);
    Path manifest = out.resolve(Manifest.NAME);
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replace("\"lines\"", "\"csv\""));
    assertThatThrownBy(() -> read(SourceLocation.at(out)))
        .hasMessage("The folder " + out + " contains csv files, not lines files");
    Files.writeString(manifest, text.replace("\"formatVersion\" : 1", "\"formatVersion\" : 2"));
    assertThatThrownBy(() -> read(SourceLocation.at(out)))
        .hasMessage(
            "The manifest "
                + manifest
                + " cannot be read: its format version is 2, but this version of Ringhaul reads"
                + " version 1");
    Files.writeString(manifest, "{\"formatVersion\":1,\"format\":\"lines\"}");
    assertThatThrownBy(() -> read(SourceLocation.at(out)))
        .hasMessageContaining("cannot be read: it has no jobs");
    Files.writeString(manifest, "{");
    assertThatThrownBy(() -> read(SourceLocation.at(out)))
        .hasMessageContaining("cannot be read: it is not JSON");
  }

  @Test
  void resumedJobRejectsChangedFiles() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.writeString(file, "id\n1\n");
    try (FolderSourceSession session =
            new FolderSourceSession(SourceLocation.at(file), new LineFormat());
        FolderSourceSession later =
            new FolderSourceSession(SourceLocation.at(file), new LineFormat())) {
      SourcePlan plan =
          session.pinned(session.plan(LineFormat.TABLE, List.of(), OptionalInt.empty()));
      SourceTask task = plan.tasks().get(0);
      session.open(plan, LineFormat.COLUMNS, task).close();
      Files.writeString(file, "id\n2\n");
      assertThatThrownBy(() -> later.open(plan, LineFormat.COLUMNS, task))
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("The file " + file + " has changed since the job began: ");
      Files.writeString(file, "id\n1\n");
      try (FolderSourceSession again =
          new FolderSourceSession(SourceLocation.at(file), new LineFormat())) {
        again.open(plan, LineFormat.COLUMNS, task).close();
      }
    }
  }

  @Test
  void rejectsColumnsThatDoNotFitTheTable() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.writeString(file, "id,old\n");
    TableDescription table =
        new TableDescription(
            "ks",
            "t",
            List.of(
                LineFormat.COLUMNS.get(0),
                new ColumnDescription("name", DataTypes.TEXT, Kind.REGULAR)));
    assertThatThrownBy(() -> plan(file, table, List.of()))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            file
                + " does not fit ks.t: its column old is not in the table; select columns to leave"
                + " it out");
    assertThat(plan(file, table, List.of("id")).columns()).containsExactly("id");
    assertThatThrownBy(() -> plan(file, table, List.of("id", "name")))
        .hasMessage(file + " does not fit ks.t: it has no column name");
    assertThatThrownBy(() -> plan(file, table, List.of("missing")))
        .isInstanceOf(UnsuitableTableException.class);
    Files.writeString(file, "name\n");
    assertThatThrownBy(() -> plan(file, table, List.of()))
        .hasMessage(file + " does not fit ks.t: it has no column id");
  }

  @Test
  void rejectsTypesThatDoNotFitTheTable() throws IOException {
    Path out = folder.resolve("out");
    export(out, Compression.NONE, 1);
    TableDescription texts =
        new TableDescription(
            "ks", "t", List.of(new ColumnDescription("id", DataTypes.TEXT, Kind.PARTITION_KEY)));
    assertThatThrownBy(() -> plan(out, texts, List.of()))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            out
                + " does not fit ks.t: column id: its type is int in the source and text in the"
                + " table");
  }

  @Test
  void rejectsCellTimesUnderUnexpectedNames() throws IOException {
    Path out = folder.resolve("out");
    export(out, Compression.NONE, 1);
    Path manifest = out.resolve(Manifest.NAME);
    Path part = part(out);
    Files.writeString(
        manifest,
        Files.readString(manifest)
            .replace(
                "\"columns\" : [ {",
                "\"columns\" : [ {\"name\":\"a_wt\",\"type\":\"bigint\",\"kind\":\"metadata\"},"
                    + " {")
            .replace("\"bytes\" : 5", "\"bytes\" : 12"));
    Files.writeString(part, "id,a_wt\n1,2\n");
    assertThatThrownBy(() -> plan(out, LineFormat.TABLE, List.of()))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            out
                + " does not fit ks.t: its column a_wt holds write times or TTLs under a name that"
                + " is not expected; set their names with writetimeNames, ttlNames and"
                + " ttlReadAtName to those of the export, or ignore them with ignoreCellTimes");
    assertThat(plan(out, LineFormat.TABLE, List.of("id")).columns()).containsExactly("id");
  }

  @Test
  void returnsTheStoredSchema() throws IOException {
    Path out = folder.resolve("out");
    export(out, Compression.NONE, 1);
    assertThat(
            new FolderSourceSession(SourceLocation.at(out), format)
                .storedSchema()
                .orElseThrow()
                .createTable("k", "x"))
        .isEqualTo("CREATE TABLE \"k\".\"x\" (\"id\" int, PRIMARY KEY ((\"id\")))");
    Files.delete(out.resolve(Manifest.NAME));
    assertThat(new FolderSourceSession(SourceLocation.at(out), format).storedSchema()).isEmpty();
  }

  @Test
  void ignoresAnotherProgramsManifest() throws IOException {
    write("a.txt", Compression.NONE, 1);
    for (String other : List.of("[]", "{\"name\":\"app\",\"format\":1}", "3")) {
      Files.writeString(folder.resolve(Manifest.NAME), other);
      assertThat(read(SourceLocation.at(folder))).as(other).containsExactly(1);
    }
  }

  @Test
  void globsSkipHiddenFolders() throws IOException {
    for (String name : List.of(".out.ringhaul-1", "out", "out/.hidden/deep")) {
      Files.createDirectories(folder.resolve(name));
    }
    write(".out.ringhaul-1/a.txt", Compression.NONE, 1);
    write("out/b.txt", Compression.NONE, 2);
    write("out/.hidden/c.txt", Compression.NONE, 3);
    write("out/.hidden/deep/d.txt", Compression.NONE, 4);
    assertThat(glob("*/*.txt")).containsExactly(2);
    assertThat(glob("**.txt")).containsExactly(2);
    assertThat(glob(".out*/*.txt")).as("hidden folder in the pattern").containsExactly(1);
    assertThat(glob("*/.hid*/**.txt")).containsExactly(3, 4);
    assertThat(glob("out/.hidden/*.txt")).as("hidden folder before the glob").containsExactly(3);
  }

  @Test
  void readsSeveralExportsOfTheSameTableAndFormat() throws IOException {
    export(folder.resolve("a"), Compression.GZIP, 1, 2);
    export(folder.resolve("b"), Compression.NONE, 3);
    assertThat(glob("*/part-*")).containsExactly(1, 2, 3);
    assertThat(
            new FolderSourceSession(SourceLocation.at(folder + "/*/part-*"), format).storedSchema())
        .isEqualTo(Manifest.find(folder.resolve("a")).map(Manifest::schema));
    Path damaged = part(folder.resolve("b"));
    Files.writeString(damaged, "id\n4\n");
    assertThatThrownBy(() -> glob("*/part-*"))
        .hasMessageStartingWith("The file " + damaged + " is damaged");
  }

  @Test
  void rejectsExportsWithDifferentSettingsOrColumns() throws IOException {
    Path a = folder.resolve("a");
    Path b = folder.resolve("b");
    export(a, Compression.NONE, 1);
    export(b, Compression.NONE, 2);
    Path manifest = b.resolve(Manifest.NAME);
    String text = Files.readString(manifest);
    String start = "The files of " + folder + "/*/*.txt cannot be imported together: the folder ";
    String end = "; import each folder separately";
    Files.writeString(manifest, text.replace("\"header\" : \"id\"", "\"header\" : \"x\""));
    assertThatThrownBy(() -> glob("*/*.txt"))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            start
                + a
                + " was exported with the settings {header=id}, but "
                + b
                + " with {header=x}"
                + end);
    Files.writeString(manifest, text.replace("\"type\" : \"int\"", "\"type\" : \"text\""));
    assertThatThrownBy(() -> glob("*/*.txt"))
        .hasMessage(start + a + " has other columns or types than " + b + end);
    Files.delete(manifest);
    assertThatThrownBy(() -> glob("*/*.txt"))
        .hasMessage(start + a + " has a manifest, but " + b + " has none" + end);
    Files.writeString(manifest, text);
    Path stray = write("b/other.txt", Compression.NONE, 5);
    assertThatThrownBy(() -> glob("*/*.txt"))
        .hasMessage(
            "The file "
                + stray
                + " is not listed in the manifest beside it, so it does not belong to that export;"
                + " move it to another folder to import it");
  }

  @Test
  void setCompressionOverridesTheManifest() throws IOException {
    Path out = folder.resolve("out");
    export(out, Compression.GZIP, 1);
    Path manifest = out.resolve(Manifest.NAME);
    Files.writeString(manifest, Files.readString(manifest).replace("\"gzip\"", "\"xz\""));
    assertThatThrownBy(() -> read(SourceLocation.at(out))).isInstanceOf(StorageException.class);
    assertThat(read(SourceLocation.at(out).withCompression(Compression.GZIP))).containsExactly(1);
  }

  @Test
  void rejectsDamagedLaterGzipMembers() throws IOException {
    byte[] first = Files.readAllBytes(write("first", Compression.GZIP, 1, 2));
    byte[] second = Files.readAllBytes(write("second", Compression.GZIP, 3, 4));
    Path joined = folder.resolve("joined.gz");
    for (int length = 1; length < second.length; length++) {
      Files.write(joined, first);
      Files.write(joined, Arrays.copyOf(second, length), StandardOpenOption.APPEND);
      assertThatThrownBy(() -> read(SourceLocation.at(joined)))
          .as("%d bytes of the second member", length)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(joined.toString());
    }
    for (int damaged : List.of(0, 1, 2, second.length - 8, second.length - 1)) {
      byte[] bytes = second.clone();
      bytes[damaged] ^= 0x15;
      Files.write(joined, first);
      Files.write(joined, bytes, StandardOpenOption.APPEND);
      assertThatThrownBy(() -> read(SourceLocation.at(joined)))
          .as("byte %d of the second member", damaged)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(joined.toString());
    }
  }

  private List<Integer> glob(String pattern) {
    return read(SourceLocation.at(folder + "/" + pattern));
  }

  private SourcePlan plan(Path path, TableDescription table, List<String> columns) {
    try (SourceSession session = new FolderSourceSession(SourceLocation.at(path), format)) {
      return session.plan(table, columns, OptionalInt.empty());
    }
  }

  private List<Integer> read(SourceLocation location) {
    List<Integer> ids = new ArrayList<>();
    try (SourceSession planner = new FolderSourceSession(location, format);
        SourceSession session = new FolderSourceSession(location, format)) {
      SourcePlan plan = planner.plan(LineFormat.TABLE, List.of(), OptionalInt.of(100));
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, LineFormat.COLUMNS, task)) {
          for (RawRow row = reader.next(); row != null; row = reader.next()) {
            ids.add(Objects.requireNonNull(row.bytes(0)).getInt(0));
          }
        }
      }
    }
    return ids;
  }

  private Path write(String name, Compression compression, int... ids) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Compressions.compress(compression, Files.newOutputStream(file))) {
      out.write("id\n".getBytes(US_ASCII));
      for (int id : ids) {
        out.write((id + "\n").getBytes(US_ASCII));
      }
    }
    return file;
  }

  private void export(Path out, Compression compression, int... ids) {
    FolderTargetSession session =
        new FolderTargetSession(TargetFolder.of(out, compression), format);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    session.commit(plan, List.of(LineFormat.write(session, plan, 0, ids)));
  }

  private static Path part(Path out) throws IOException {
    try (Stream<Path> entries = Files.list(out)) {
      return entries
          .filter(path -> Locations.isDataName(path.getFileName().toString()))
          .findFirst()
          .orElseThrow();
    }
  }
}
