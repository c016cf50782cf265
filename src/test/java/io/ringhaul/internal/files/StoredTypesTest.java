package io.ringhaul.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.seeds.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests which stored types fit which types of the table. */
class StoredTypesTest {

  @Test
  void everyTypeFitsItself() {
    Seeds.each(
        500,
        random -> {
          DataType type = new CqlGenerator(random).type(4);
          assertThat(fits(type, type)).as(CqlTypes.text(type)).isTrue();
        });
  }

  @Test
  void ignoresFrozen() {
    assertThat(
            fits(
                DataTypes.listOf(DataTypes.setOf(DataTypes.INT, true), true),
                DataTypes.listOf(DataTypes.setOf(DataTypes.INT, true))))
        .isTrue();
  }

  @Test
  void acceptsTypesWhoseValuesTheReaderChecks() {
    assertThat(fits(DataTypes.BIGINT, DataTypes.TINYINT)).isTrue();
    assertThat(fits(DataTypes.COUNTER, DataTypes.VARINT)).isTrue();
    assertThat(fits(DataTypes.INT, DataTypes.DECIMAL)).isTrue();
    assertThat(fits(DataTypes.ASCII, DataTypes.TEXT)).isTrue();
    assertThat(fits(DataTypes.UUID, DataTypes.TIMEUUID)).isTrue();
    assertThat(fits(DataTypes.mapOf(DataTypes.ASCII, DataTypes.INT), map())).isTrue();
  }

  @Test
  void rejectsTypesWithAnotherMeaning() {
    assertThat(fits(DataTypes.BLOB, DataTypes.TEXT)).isFalse();
    assertThat(fits(DataTypes.DECIMAL, DataTypes.TEXT)).isFalse();
    assertThat(fits(DataTypes.DECIMAL, DataTypes.INT)).isFalse();
    assertThat(fits(DataTypes.FLOAT, DataTypes.DOUBLE)).isFalse();
    assertThat(fits(DataTypes.TIMESTAMP, DataTypes.DATE)).isFalse();
    assertThat(fits(DataTypes.listOf(DataTypes.INT), DataTypes.setOf(DataTypes.INT))).isFalse();
    assertThat(fits(DataTypes.listOf(DataTypes.BLOB), DataTypes.listOf(DataTypes.TEXT))).isFalse();
    assertThat(fits(DataTypes.INT, DataTypes.listOf(DataTypes.INT))).isFalse();
    assertThat(fits(DataTypes.listOf(DataTypes.INT), DataTypes.INT)).isFalse();
    assertThat(fits(map(), DataTypes.listOf(DataTypes.TEXT))).isFalse();
    assertThat(fits(DataTypes.vectorOf(DataTypes.FLOAT, 2), DataTypes.vectorOf(DataTypes.FLOAT, 3)))
        .isFalse();
  }

  @Test
  void acceptsUserTypesAndTuplesWithMoreFields() {
    DataType small = TestUserType.of("My \"Type\"", List.of("b"), List.of(DataTypes.INT));
    DataType grown =
        TestUserType.of("renamed", List.of("a", "b"), List.of(DataTypes.BLOB, DataTypes.BIGINT));
    assertThat(fits(small, grown)).isTrue();
    assertThat(fits(grown, small)).isFalse();
    assertThat(fits(DataTypes.listOf(small), DataTypes.listOf(grown))).isTrue();
    DataType one = DataTypes.tupleOf(DataTypes.INT);
    DataType two = DataTypes.tupleOf(DataTypes.INT, small);
    assertThat(fits(one, two)).isTrue();
    assertThat(fits(two, one)).isFalse();
    assertThat(fits(one, DataTypes.tupleOf(DataTypes.TEXT))).isFalse();
    assertThat(fits(DataTypes.INT, small)).isFalse();
    assertThat(fits(small, DataTypes.INT)).isFalse();
  }

  @Test
  void customTypesMustBeEqual() {
    DataType custom = DataTypes.custom("org.example.Type");
    assertThat(fits(custom, custom)).isTrue();
    assertThat(fits(custom, DataTypes.custom("org.example.Other"))).isFalse();
    assertThat(fits(custom, DataTypes.BLOB)).isFalse();
  }

  @Test
  void invalidTextsFitNoType() {
    FolderSourceSession.StoredTypes types =
        new FolderSourceSession.StoredTypes(schema(DataTypes.INT));
    for (String text : List.of("", "list<", "list<int", "list<int>>", "list<>", "\"int", "int,")) {
      assertThat(types.fits(text, DataTypes.INT)).as(text).isFalse();
      assertThat(types.fits(text, DataTypes.listOf(DataTypes.INT))).as(text).isFalse();
    }
  }

  private static DataType map() {
    return DataTypes.mapOf(DataTypes.TEXT, DataTypes.BIGINT);
  }

  private static boolean fits(DataType stored, DataType today) {
    return new FolderSourceSession.StoredTypes(schema(stored)).fits(CqlTypes.text(stored), today);
  }

  private static TableSchema schema(DataType type) {
    List<ColumnDescription> columns = List.of(new ColumnDescription("c", type, Kind.REGULAR));
    return TableSchema.of(new TableDescription("ks", "t", columns), columns);
  }
}
