package io.ringhaul.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.cql.TableSchemaJson;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TableSchemaTest {

  private static final DataType STREET =
      TestUserType.of("Street", List.of("name", "no"), List.of(DataTypes.TEXT, DataTypes.INT));
  private static final DataType ADDRESS =
      TestUserType.of(
          "address",
          List.of("street", "tags"),
          List.of(STREET, DataTypes.setOf(DataTypes.TEXT, true)));

  private static final TableDescription TABLE =
      new TableDescription(
          "shop",
          "Visits",
          List.of(
              new ColumnDescription("id", DataTypes.UUID, Kind.PARTITION_KEY),
              new ColumnDescription("day", DataTypes.DATE, Kind.PARTITION_KEY),
              new ColumnDescription("at", DataTypes.TIMESTAMP, Kind.CLUSTERING),
              new ColumnDescription("No", DataTypes.INT, Kind.CLUSTERING),
              new ColumnDescription("owner", DataTypes.TEXT, Kind.STATIC),
              new ColumnDescription("home", ADDRESS, Kind.REGULAR),
              new ColumnDescription(
                  "near", DataTypes.listOf(DataTypes.vectorOf(DataTypes.FLOAT, 3)), Kind.REGULAR)),
          Set.of("at"));

  private static final TableSchema SCHEMA = TableSchema.of(TABLE, TABLE.columns());

  @Test
  void returnsStatementsThatCreateTheTable() {
    assertThat(SCHEMA.createTypes("Other"))
        .containsExactly(
            "CREATE TYPE IF NOT EXISTS \"Other\".\"Street\" (\"name\" text, \"no\" int)",
            "CREATE TYPE IF NOT EXISTS \"Other\".\"address\" (\"street\" frozen<\"Street\">,"
                + " \"tags\" frozen<set<text>>)");
    assertThat(SCHEMA.createTable("Other", "copy"))
        .isEqualTo(
            "CREATE TABLE \"Other\".\"copy\" (\"id\" uuid, \"day\" date, \"at\" timestamp, \"No\""
                + " int, \"owner\" text STATIC, \"home\" frozen<address>, \"near\""
                + " list<vector<float, 3>>, PRIMARY KEY ((\"id\", \"day\"), \"at\", \"No\")) WITH"
                + " CLUSTERING ORDER BY (\"at\" DESC, \"No\" ASC)");
  }

  @Test
  void isPreservedInJson() {
    assertThat(TableSchemaJson.parse(TableSchemaJson.text(SCHEMA))).isEqualTo(SCHEMA);
  }

  @Test
  void leavesCellMetadataOutOfTheTable() {
    List<ColumnDescription> columns =
        List.of(
            TABLE.columns().get(0),
            new ColumnDescription("home_writetime", DataTypes.BIGINT, Kind.METADATA));
    TableSchema schema = TableSchema.of(new TableDescription("shop", "t", columns), columns);
    assertThat(schema.createTable("shop", "t"))
        .isEqualTo("CREATE TABLE \"shop\".\"t\" (\"id\" uuid, PRIMARY KEY ((\"id\")))");
  }

  @Test
  void namesMissingKeyColumns() {
    TableSchema schema = TableSchema.of(TABLE, TABLE.columns().subList(0, 3));
    assertThatThrownBy(() -> schema.createTable("ks", "t"))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessage(
            "Table ks.t cannot be created: the export of shop.\"Visits\" lacks \"No\" of its"
                + " primary key; create the table before the import");
  }

  @Test
  void rejectsInvalidTypesInStatements() {
    for (String type :
        List.of(
            "int PRIMARY KEY) WITH default_time_to_live = 1 --",
            "int STATIC",
            "list<int",
            "int;",
            "'org.example.Type'",
            "",
            "\"open")) {
      TableSchema schema =
          new TableSchema(
              "ks",
              "t",
              List.of("id"),
              List.of(new TableSchema.Column("id", type, Kind.PARTITION_KEY, false)),
              List.of(new TableSchema.UserType("u", Map.of("f", type))));
      assertThatThrownBy(() -> schema.createTable("ks", "t"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has an invalid type");
      assertThatThrownBy(() -> schema.createTypes("ks"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void rejectsJsonThatIsNotASchema() {
    assertThatThrownBy(() -> TableSchemaJson.parse("{\"keyspace\":\"ks\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lacks primaryKey");
  }
}
