package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests changes of the Cassandra table between two exports to one Iceberg table. */
@ParameterizedClass
@EnumSource(TestedCatalog.class)
class SchemaEvolutionTest {

  private static final String TABLE = "lake.t";
  private static final ColumnDescription ID =
      new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY);
  private static final ColumnDescription NAME = regular("name", DataTypes.TEXT);
  private static final ColumnDescription CITY = regular("city", DataTypes.TEXT);

  private final TestedCatalog kind;
  @TempDir Path folder;
  private TestedCatalog.Opened catalog;

  SchemaEvolutionTest(TestedCatalog kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    catalog = kind.open(folder);
  }

  @AfterEach
  void close() {
    catalog.close();
  }

  @Test
  void addsANewColumn() {
    ColumnDescription tags = regular("tags", DataTypes.mapOf(DataTypes.TEXT, DataTypes.BIGINT));
    TableDescription before = Exports.table(ID, NAME);
    TableDescription after = Exports.table(ID, CITY, NAME, tags);
    Exports.run(target(), before, row(integer(1), text("a")));
    Exports.run(target(), after, row(integer(2), text("x"), text("b"), null));

    inspect(
        table -> {
          assertThat(table.schema().asStruct())
              .isEqualTo(
                  Types.StructType.of(
                      NestedField.required(1, "id", Types.IntegerType.get(), "int"),
                      NestedField.optional(2, "name", Types.StringType.get(), "text"),
                      NestedField.optional(3, "city", Types.StringType.get(), "text"),
                      NestedField.optional(
                          4,
                          "tags",
                          Types.MapType.ofRequired(
                              5, 6, Types.StringType.get(), Types.LongType.get()),
                          "map<text, bigint>")));
          assertThat(values(table, "id", "name", "city", "tags"))
              .containsExactlyInAnyOrder(list(1, "a", null, null), list(2, "b", "x", null));
          // The columns and the rows were added in one commit.
          assertThat(metadataVersions(table)).isEqualTo(2);
        });
    assertThat(Exports.imported(source(), after))
        .containsExactlyInAnyOrder(
            list("00000001", null, "61", null), list("00000002", "78", "62", null));
  }

  @Test
  void doesNotChangeTheTableBeforeTheCommit() {
    Exports.run(target(), Exports.table(ID), row(integer(1)));
    TableDescription after = Exports.table(ID, CITY);
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(Exports.description(after, UUID.randomUUID()));
      Exports.write(session, plan, after, row(integer(2), text("x")));
      inspect(table -> assertThat(table.schema().columns()).hasSize(1));
      session.clean(plan, List.of());
    }
    inspect(
        table -> {
          assertThat(table.schema().columns()).hasSize(1);
          assertThat(metadataVersions(table)).isEqualTo(1);
        });
  }

  @Test
  void keepsADroppedColumn() {
    TableDescription before = Exports.table(ID, NAME, CITY);
    Exports.run(target(), before, row(integer(1), text("a"), text("x")));
    Exports.run(target(), Exports.table(ID, CITY), row(integer(2), text("y")));

    inspect(
        table ->
            assertThat(values(table, "id", "name", "city"))
                .containsExactlyInAnyOrder(list(1, "a", "x"), list(2, null, "y")));
    // The stored schema is updated and still has the types of all columns.
    try (SourceSession session = source().open()) {
      assertThat(session.schema("any", "name"))
          .contains(
              new TableSchema(
                  "ks",
                  "t",
                  List.of("id"),
                  List.of(
                      new TableSchema.Column("id", "int", Kind.PARTITION_KEY, false),
                      new TableSchema.Column("city", "text", Kind.REGULAR, false),
                      new TableSchema.Column("name", "text", Kind.REGULAR, false)),
                  List.of()));
    }
    assertThat(Exports.imported(source(), before))
        .containsExactlyInAnyOrder(list("00000001", "61", "78"), list("00000002", null, "79"));
  }

  @Test
  void makesADroppedRequiredColumnOptional() {
    ColumnDescription key = new ColumnDescription("name", DataTypes.TEXT, Kind.CLUSTERING);
    Exports.run(target(), Exports.table(ID, key), row(integer(1), text("a")));
    inspect(
        table -> {
          assertThat(table.schema().identifierFieldNames()).containsExactlyInAnyOrder("id", "name");
          assertThat(table.properties()).containsEntry("ringhaul.identifier-fields", "id, name");
        });

    Exports.run(target(), Exports.table(ID), row(integer(2)));
    inspect(
        table -> {
          assertThat(table.schema().findField("name").isOptional()).isTrue();
          assertThat(table.schema().identifierFieldNames()).isEmpty();
          assertThat(table.properties())
              .containsEntry(
                  "ringhaul.identifier-fields",
                  "none: a column of the primary key was dropped or has become nullable");
          assertThat(values(table, "id", "name"))
              .containsExactlyInAnyOrder(list(1, "a"), list(2, null));
        });
  }

  @Test
  void makesAClusteringColumnOptionalForStatics() {
    ColumnDescription clustering = new ColumnDescription("c", DataTypes.INT, Kind.CLUSTERING);
    ColumnDescription fixed = new ColumnDescription("s", DataTypes.INT, Kind.STATIC);
    Exports.run(target(), Exports.table(ID, clustering), row(integer(1), integer(1)));
    Exports.run(target(), Exports.table(ID, clustering, fixed), row(integer(2), null, integer(7)));

    inspect(
        table -> {
          assertThat(table.schema().findField("c").isOptional()).isTrue();
          assertThat(table.schema().identifierFieldNames()).isEmpty();
          assertThat(values(table, "id", "c", "s"))
              .containsExactlyInAnyOrder(list(1, 1, null), list(2, null, 7));
        });
  }

  @Test
  void promotesTypes() {
    IcebergTarget wide = target().decimal("price", 18, 2).decimal("big", 38, 0);
    IcebergTarget narrow = target().decimal("price", 9, 2).decimal("big", 10, 0);
    Exports.run(
        narrow,
        numbers(DataTypes.INT, DataTypes.FLOAT),
        row(
            integer(1),
            integer(Integer.MIN_VALUE),
            CqlBytes.of(TypeCodecs.FLOAT, 1.5f),
            decimal("1234567.89"),
            CqlBytes.hex("07")));
    TableDescription after = numbers(DataTypes.BIGINT, DataTypes.DOUBLE);
    List<@Nullable ByteBuffer> larger =
        row(
            integer(2),
            CqlBytes.of(TypeCodecs.BIGINT, Long.MAX_VALUE),
            CqlBytes.of(TypeCodecs.DOUBLE, 1e300),
            decimal("-1234567890123456.78"),
            CqlBytes.hex("0fffffffffffffffffff"));
    Exports.run(wide, after, larger);

    inspect(
        table -> {
          assertThat(table.schema().findType("n")).isEqualTo(Types.LongType.get());
          assertThat(table.schema().findField("n").doc()).isEqualTo("bigint");
          assertThat(table.schema().findType("f")).isEqualTo(Types.DoubleType.get());
          assertThat(table.schema().findType("price")).isEqualTo(Types.DecimalType.of(18, 2));
          assertThat(table.schema().findType("big")).isEqualTo(Types.DecimalType.of(38, 0));
          assertThat(values(table, "id", "n", "f", "price"))
              .containsExactlyInAnyOrder(
                  list(1, (long) Integer.MIN_VALUE, 1.5, new BigDecimal("1234567.89")),
                  list(2, Long.MAX_VALUE, 1e300, new BigDecimal("-1234567890123456.78")));
          assertThat(table.schema().columns())
              .extracting(NestedField::fieldId)
              .containsExactly(1, 2, 3, 4, 5);
        });
    assertThat(Exports.imported(source(), after))
        .contains(
            larger.stream()
                .<@Nullable String>map(value -> value == null ? null : CqlBytes.hex(value))
                .toList());

    // The table's decimal types apply without an option and are not narrowed.
    Exports.run(target(), after, larger);
    assertThatThrownBy(() -> Exports.run(narrow, after, larger))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "column price: decimal(9, 2) is set for it, but Iceberg cannot change decimal(18, 2) to"
                + " that type")
        .hasMessageContaining("column big: ");
  }

  @Test
  void rejectsATypeThatCannotBePromoted() {
    Exports.run(target(), numbers(DataTypes.BIGINT, DataTypes.TEXT));
    assertThatThrownBy(
            () ->
                Exports.run(
                    target(), numbers(DataTypes.INT, DataTypes.frozenListOf(DataTypes.INT))))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.location()).endsWith(TABLE))
        .hasMessageContaining(
            "column n: CQL type int is not compatible with Iceberg type long: it must be int, not"
                + " long")
        .hasMessageContaining(
            "column f: CQL type frozen<list<int>> is not compatible with Iceberg type string: it"
                + " must be list<int>, not string");
    assertThatThrownBy(
            () ->
                Exports.run(
                    target().decimal("price", 9, 2), numbers(DataTypes.BIGINT, DataTypes.TEXT)))
        .hasMessageContaining(
            "column price: decimal(9, 2) is set for it, but Iceberg cannot change string to that"
                + " type");
    inspect(table -> assertThat(metadataVersions(table)).isEqualTo(1));
    assertThat(Warehouse.parquetFilesIn(folder)).isEmpty();
  }

  @Test
  void rejectsAKeyColumnThatTheTableLacks() {
    Exports.run(target(), Exports.table(ID));
    TableDescription other =
        Exports.table(ID, new ColumnDescription("c", DataTypes.INT, Kind.CLUSTERING));
    assertThatThrownBy(() -> Exports.run(target(), other))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "it has no column c, which is part of the primary key, so its rows have another key");
  }

  @Test
  void addsANewFieldOfATypeAtEveryPosition() {
    UserDefinedType before = TestUserType.of("addr", List.of("zip"), List.of(DataTypes.INT));
    UserDefinedType after =
        TestUserType.of(
            "addr",
            List.of("zip", "lines"),
            List.of(DataTypes.BIGINT, DataTypes.listOf(DataTypes.TEXT)));
    ByteBuffer old = CqlBytes.tuple(integer(5));
    Exports.run(
        target(),
        homes(before),
        row(integer(1), old, CqlBytes.collection(1, old), CqlBytes.collection(1, integer(3), old)));
    ByteBuffer lines = CqlBytes.collection(1, text("l"));
    ByteBuffer recent = CqlBytes.tuple(CqlBytes.of(TypeCodecs.BIGINT, 1L << 40), lines);
    List<@Nullable ByteBuffer> row =
        row(
            integer(2),
            recent,
            CqlBytes.collection(1, recent),
            CqlBytes.collection(1, integer(3), recent));
    Exports.run(target(), homes(after), row);

    inspect(
        table -> {
          assertThat(table.schema().findType("home.zip")).isEqualTo(Types.LongType.get());
          assertThat(table.schema().findField("home.lines").isOptional()).isTrue();
          assertThat(table.schema().findType("homes.element.lines.element"))
              .isEqualTo(Types.StringType.get());
          assertThat(table.schema().findField("byId.value.lines")).isNotNull();
        });
    String oldHex = CqlBytes.hex(CqlBytes.tuple(CqlBytes.of(TypeCodecs.BIGINT, 5L), null));
    assertThat(Exports.imported(source(), homes(after)))
        .containsExactlyInAnyOrder(
            list(
                "00000001",
                oldHex,
                "00000001" + "00000010" + oldHex,
                "00000001" + "00000004" + "00000003" + "00000010" + oldHex),
            row.stream().<@Nullable String>map(value -> CqlBytes.hex(value)).toList());

    DataType keyed = DataTypes.frozenMapOf(before, DataTypes.INT);
    DataType keyedAfter = DataTypes.frozenMapOf(after, DataTypes.INT);
    IcebergTarget other = catalog.target().table("lake.keyed").mode(WriteMode.APPEND);
    Exports.run(other, Exports.table(ID, regular("m", keyed)));
    assertThatThrownBy(() -> Exports.run(other, Exports.table(ID, regular("m", keyedAfter))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("column m: CQL type frozen<map<");
  }

  @Test
  void concurrentExportsCanAddTheSameColumn() {
    Exports.run(target(), Exports.table(ID), row(integer(0)));
    TableDescription after = Exports.table(ID, NAME, CITY);
    List<CompletableFuture<CommitResult>> commits = new ArrayList<>();
    try (TargetSession one = target().open();
        TargetSession two = target().open();
        TargetSession three = target().open()) {
      int id = 0;
      for (TargetSession session : List.of(one, two, three)) {
        TargetPlan plan = session.plan(Exports.description(after, UUID.randomUUID()));
        TaskOutput output =
            Exports.write(session, plan, after, row(integer(++id), text("n" + id), text("c" + id)));
        commits.add(CompletableFuture.supplyAsync(() -> session.commit(plan, List.of(output))));
        if (id == 2) {
          commits.forEach(CompletableFuture::join);
        }
      }
      commits.forEach(CompletableFuture::join);
    }
    inspect(
        table -> {
          assertThat(table.schema().columns()).hasSize(3);
          assertThat(values(table, "id", "name", "city"))
              .containsExactlyInAnyOrder(
                  list(0, null, null),
                  list(1, "n1", "c1"),
                  list(2, "n2", "c2"),
                  list(3, "n3", "c3"));
        });
  }

  @Test
  void acceptsConcurrentColumnsUnlessTheirIdsConflict() {
    Exports.run(target(), Exports.table(ID), row(integer(0)));
    TableDescription named = Exports.table(ID, NAME);
    TableDescription cities = Exports.table(ID, CITY);
    UUID job = UUID.randomUUID();
    try (TargetSession one = target().open();
        TargetSession two = target().open();
        TargetSession plain = target().open()) {
      TargetPlan onePlan = one.plan(Exports.description(named, UUID.randomUUID()));
      TargetPlan twoPlan = two.plan(Exports.description(cities, job));
      TargetPlan plainPlan = plain.plan(Exports.description(Exports.table(ID), UUID.randomUUID()));
      TaskOutput oneOutput = Exports.write(one, onePlan, named, row(integer(1), text("n")));
      TaskOutput twoOutput = Exports.write(two, twoPlan, cities, row(integer(2), text("c")));
      TaskOutput plainOutput = Exports.write(plain, plainPlan, Exports.table(ID), row(integer(3)));
      one.commit(onePlan, List.of(oneOutput));
      plain.commit(plainPlan, List.of(plainOutput));
      assertThatThrownBy(() -> two.commit(twoPlan, List.of(twoOutput)))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "Nothing was committed to the Iceberg table lake.t: its schema was changed by another"
                  + " writer in the meantime; run the export again");
      assertThat(two.clean(twoPlan, List.of())).isEqualTo(1);
    }
    inspect(
        table -> {
          assertThat(values(table, "id", "name"))
              .containsExactlyInAnyOrder(list(0, null), list(1, "n"), list(3, null));
          assertThat(Warehouse.parquetFilesIn(folder))
              .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table)));
        });
    Exports.run(target(), cities, job, row(integer(2), text("c")));
    Exports.run(target(), cities, job, row(integer(2), text("c")));
    inspect(
        table ->
            assertThat(values(table, "id", "name", "city"))
                .containsExactlyInAnyOrder(
                    list(0, null, null),
                    list(1, "n", null),
                    list(3, null, null),
                    list(2, null, "c")));
  }

  private static TableDescription numbers(DataType n, DataType f) {
    return Exports.table(
        ID,
        regular("n", n),
        regular("f", f),
        regular("price", DataTypes.DECIMAL),
        regular("big", DataTypes.VARINT));
  }

  private static TableDescription homes(UserDefinedType type) {
    return Exports.table(
        ID,
        regular("home", type),
        regular("homes", DataTypes.listOf(type)),
        regular("byId", DataTypes.mapOf(DataTypes.INT, type)));
  }

  private IcebergTarget target() {
    return catalog.target().table(TABLE).mode(WriteMode.APPEND);
  }

  private IcebergSource source() {
    return catalog.source().table(TABLE);
  }

  private void inspect(Consumer<Table> look) {
    Warehouse.with(folder, warehouse -> look.accept(warehouse.table(TABLE)));
  }

  private static int metadataVersions(Table table) {
    return ((HasTableOperations) table).operations().current().previousFiles().size() + 1;
  }

  private static List<List<@Nullable Object>> values(Table table, String... columns) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Record record : Warehouse.rows(table)) {
      List<@Nullable Object> row = new ArrayList<>();
      for (String column : columns) {
        row.add(record.getField(column));
      }
      rows.add(row);
    }
    return rows;
  }

  @SafeVarargs
  private static <T> List<@Nullable T> list(@Nullable T... values) {
    List<@Nullable T> list = new ArrayList<>();
    for (T value : values) {
      list.add(value);
    }
    return list;
  }

  private static List<@Nullable ByteBuffer> row(@Nullable ByteBuffer... values) {
    return Exports.row(values);
  }

  private static ByteBuffer integer(int value) {
    return CqlBytes.integer(value);
  }

  private static ByteBuffer text(String value) {
    return CqlBytes.text(value);
  }

  private static ByteBuffer decimal(String value) {
    return CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(value));
  }

  private static ColumnDescription regular(String name, DataType type) {
    return new ColumnDescription(name, type, Kind.REGULAR);
  }
}
