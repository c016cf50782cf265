package io.ringhaul.csv;

import static io.ringhaul.csv.CsvFolders.row;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exports rows to a folder and imports them again. */
class CsvFolderTest {

  private static final TableDescription TABLE =
      table(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("Name, \"full\"", DataTypes.TEXT, Kind.REGULAR),
          new ColumnDescription("tags", DataTypes.setOf(DataTypes.TEXT), Kind.REGULAR));

  private static final List<RawRow> ROWS =
      List.of(
          row(CqlBytes.integer(1), CqlBytes.text("a \"b\" \\c"), null),
          row(CqlBytes.integer(-2), CqlBytes.text(""), tags("x", "y\"\n")),
          row(CqlBytes.integer(3), null, tags("z")));

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(CsvDialect.class)
  void roundTripKeepsBytesOfAllTypes(CsvDialect dialect) {
    int[] number = {0};
    Seeds.each(
        100,
        random -> {
          TableDescription table = randomTable(random);
          List<RawRow> rows = randomRows(random, table);
          Path target = folder.resolve("out" + number[0]++);
          CsvFolders.Exported exported =
              CsvFolders.write(
                  CsvTarget.folder(target).dialect(dialect).maxFileSize(1 + random.nextInt(5_000)),
                  table,
                  rows,
                  1 + random.nextInt(3));
          CsvFolders.Imported imported = CsvFolders.read(CsvSource.at(target), table);
          assertThat(imported.refused()).isEmpty();
          assertThat(imported.columns())
              .isEqualTo(table.columns().stream().map(ColumnDescription::name).toList());
          assertThat(sorted(imported.rows())).isEqualTo(sorted(exported.rows()));
        });
  }

  @Test
  void refusesTypeWithoutTextFormBeforeWriting() {
    TableDescription table =
        table(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("c", DataTypes.custom("org.example.Odd"), Kind.REGULAR));
    ExportDescription export =
        new ExportDescription(
            UUID.randomUUID(), table, table.columns(), 1, TokenRangeSet.wholeRing(), Map.of());
    Path target = folder.resolve("out");
    try (TargetSession session = CsvTarget.folder(target).open()) {
      assertThatThrownBy(() -> session.plan(export))
          .isInstanceOf(UnrepresentableValueException.class)
          .hasMessageContaining("c is of the custom type")
          .hasMessageEndingWith("which has no text form; leave the column out");
    }
  }

  @Test
  void writesRfc4180File() {
    CsvFolders.write(CsvTarget.folder(folder), TABLE, ROWS, 1);
    assertThat(contents(folder))
        .containsExactly(
            "id,\"Name, \"\"full\"\"\",tags\n"
                + "1,\"a \"\"b\"\" \\c\",\n"
                + "-2,\"\",\"[\"\"x\"\",\"\"y\\\"\"\\n\"\"]\"\n"
                + "3,,\"[\"\"z\"\"]\"\n");
  }

  @Test
  void writesDsbulkFile() {
    CsvFolders.write(CsvTarget.folder(folder).dialect(CsvDialect.DSBULK), TABLE, ROWS, 1);
    assertThat(contents(folder))
        .containsExactly(
            "id,\"Name, \\\"full\\\"\",tags\n"
                + "1,\"a \\\"b\\\" \\\\c\",\n"
                + "-2,\"\",\"[\\\"x\\\",\\\"y\\\\\\\"\\\\n\\\"]\"\n"
                + "3,,\"[\\\"z\\\"]\"\n");
  }

  @Test
  void writesOnlyHeaderForEmptyTable() {
    CsvFolders.Exported exported = CsvFolders.write(CsvTarget.folder(folder), TABLE, List.of(), 3);
    assertThat(exported.commit().files()).isEqualTo(1);
    assertThat(contents(folder)).containsExactly("id,\"Name, \"\"full\"\"\",tags\n");
    CsvFolders.Imported imported = CsvFolders.read(CsvSource.at(folder), TABLE);
    assertThat(imported.columns()).hasSize(3);
    assertThat(imported.rows()).isEmpty();
  }

  @Test
  void writesHeaderToEachFile() {
    List<RawRow> rows = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      rows.add(row(CqlBytes.integer(i), CqlBytes.text("x".repeat(50)), null));
    }
    CsvFolders.Exported exported =
        CsvFolders.write(CsvTarget.folder(folder).maxFileSize(100_000), TABLE, rows, 2);
    List<String> contents = contents(folder);
    assertThat(contents).hasSize(exported.commit().files()).hasSizeGreaterThan(10);
    for (String content : contents) {
      assertThat(content).startsWith("id,\"Name, \"\"full\"\"\",tags\n");
      assertThat(content.length()).isLessThan(100_000 + 100);
    }
    assertThat(sorted(CsvFolders.read(CsvSource.at(folder), TABLE).rows()))
        .isEqualTo(sorted(exported.rows()));
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void readsCompressedFiles(Compression compression) {
    CsvFolders.Exported exported =
        CsvFolders.write(CsvTarget.folder(folder).compression(compression), TABLE, ROWS, 2);
    assertThat(CsvFolders.read(CsvSource.at(folder), TABLE).rows())
        .containsExactlyInAnyOrderElementsOf(exported.rows());
  }

  @Test
  void settingsOverrideManifest() {
    CsvFolders.Exported exported =
        CsvFolders.write(
            CsvTarget.folder(folder).dialect(CsvDialect.DSBULK).delimiter('|').withoutHeader(),
            TABLE,
            ROWS,
            1);
    assertThat(contents(folder).get(0)).startsWith("1|\"a \\\"b\\\" \\\\c\"|\n");
    assertThat(CsvFolders.read(CsvSource.at(folder), TABLE).rows()).isEqualTo(exported.rows());
    CsvSource named = CsvSource.at(folder).withoutHeader().columns("id", "tags", "Name, \"full\"");
    assertThat(CsvFolders.read(named, TABLE, "id").rows())
        .containsExactly(List.of("00000001"), List.of("fffffffe"), List.of("00000003"));
    assertThat(CsvFolders.read(named.dialect(CsvDialect.RFC4180), TABLE, "id").refused())
        .hasSize(3);
  }

  @Test
  void rejectedRowLeavesNothingInTheFile() {
    TableDescription table =
        table(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("t", DataTypes.TEXT, Kind.REGULAR),
            new ColumnDescription("n", DataTypes.INT, Kind.REGULAR));
    ByteBuffer empty = ByteBuffer.allocate(0);
    CsvFolders.Exported exported =
        CsvFolders.write(
            CsvTarget.folder(folder),
            table,
            List.of(
                row(CqlBytes.integer(1), CqlBytes.text("a\""), empty),
                row(CqlBytes.integer(2), empty, CqlBytes.integer(5)),
                row(CqlBytes.integer(3), CqlBytes.text("c"), empty),
                row(CqlBytes.integer(4), CqlBytes.hex("c3"), null)),
            1);
    assertThat(contents(folder)).containsExactly("id,t,n\n2,\"\",5\n");
    assertThat(exported.refused()).hasSize(3);
    assertThat(exported.refused().get(0)).startsWith("n holds the empty value of int");
  }

  @Test
  void roundTripKeepsRowsOfASingleNull() {
    // The key of a table cannot be null, so the exported column is read as a column of another
    // table.
    TableDescription table = table(new ColumnDescription("v", DataTypes.TEXT, Kind.REGULAR));
    for (CsvDialect dialect : CsvDialect.values()) {
      Path target = folder.resolve(dialect.name());
      List<RawRow> rows =
          List.of(row((ByteBuffer) null), row(CqlBytes.text("")), row((ByteBuffer) null));
      CsvFolders.Exported exported =
          CsvFolders.write(CsvTarget.folder(target).dialect(dialect), table, rows, 1);
      assertThat(contents(target)).containsExactly("v\n\n\"\"\n\n");
      assertThat(CsvFolders.read(CsvSource.at(target), table).rows()).isEqualTo(exported.rows());
    }
  }

  @Test
  void appendsOrOverwrites() {
    CsvTarget target = CsvTarget.folder(folder);
    CsvFolders.write(target, TABLE, ROWS, 1);
    CsvFolders.write(target.mode(WriteMode.APPEND), TABLE, ROWS, 1);
    assertThat(CsvFolders.read(CsvSource.at(folder), TABLE).rows()).hasSize(6);
    CsvFolders.write(
        target.dialect(CsvDialect.DSBULK).mode(WriteMode.OVERWRITE), TABLE, ROWS.subList(0, 1), 1);
    assertThat(CsvFolders.read(CsvSource.at(folder), TABLE).rows()).hasSize(1);
  }

  @Test
  void rejectsContradictorySettings() {
    CsvTarget target = CsvTarget.folder(folder);
    assertThatThrownBy(() -> target.delimiter('"'))
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("delimiter"));
    assertThatThrownBy(() -> target.delimiter('\\').dialect(CsvDialect.DSBULK))
        .isInstanceOf(InvalidSettingException.class);
    assertThatThrownBy(() -> target.delimiter('é')).isInstanceOf(InvalidSettingException.class);
    assertThatThrownBy(() -> target.maxFileSize(0)).isInstanceOf(InvalidSettingException.class);
  }

  private static TableDescription randomTable(Random random) {
    CqlGenerator generator = new CqlGenerator(random);
    List<ColumnDescription> columns = new ArrayList<>();
    columns.add(new ColumnDescription("key", DataTypes.INT, Kind.PARTITION_KEY));
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      DataType type = fittingType(columns, generator, random);
      columns.add(new ColumnDescription("Column " + i + "\",\n", type, Kind.REGULAR));
    }
    return new TableDescription("ks", "t", columns);
  }

  /** A type without a user-defined type of the other columns: all of them have the same name. */
  private static DataType fittingType(
      List<ColumnDescription> columns, CqlGenerator generator, Random random) {
    Set<DataType> present = new HashSet<>();
    columns.forEach(column -> collect(column.type(), present));
    while (true) {
      DataType type = generator.type(random.nextInt(3));
      Set<DataType> all = new HashSet<>(present);
      collect(type, all);
      if (all.size() <= 1) {
        return type;
      }
    }
  }

  private static void collect(DataType type, Set<DataType> userTypes) {
    if (type instanceof UserDefinedType) {
      userTypes.add(type);
    }
    CqlTypes.parts(type).forEach(part -> collect(part, userTypes));
  }

  private static List<RawRow> randomRows(Random random, TableDescription table) {
    CqlGenerator generator = new CqlGenerator(random);
    List<RawRow> rows = new ArrayList<>();
    for (int i = random.nextInt(30); i > 0; i--) {
      List<@Nullable ByteBuffer> values = new ArrayList<>();
      for (ColumnDescription column : table.columns()) {
        values.add(
            column.isPrimaryKey()
                ? generator.value(column.type())
                : generator.nullable(column.type()));
      }
      rows.add(values::get);
    }
    return rows;
  }

  private static TableDescription table(ColumnDescription... columns) {
    return new TableDescription("ks", "t", List.of(columns));
  }

  private static ByteBuffer tags(String... texts) {
    return CqlBytes.collection(
        texts.length, Stream.of(texts).map(CqlBytes::text).toArray(ByteBuffer[]::new));
  }

  private static List<List<@Nullable String>> sorted(List<List<@Nullable String>> rows) {
    return rows.stream().sorted(Comparator.comparing(List::toString)).toList();
  }

  private static List<String> contents(Path of) {
    try (Stream<Path> files = Files.list(of)) {
      List<String> contents = new ArrayList<>();
      for (Path file : files.filter(each -> each.toString().endsWith(".csv")).sorted().toList()) {
        contents.add(Files.readString(file, UTF_8));
      }
      return contents;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
