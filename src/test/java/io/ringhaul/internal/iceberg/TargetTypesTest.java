package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.UuidForm;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chosen types of an Iceberg table, in several exports and in a resumed one. */
class TargetTypesTest {

  private static final TableDescription TABLE =
      Exports.table(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("amount", DataTypes.DECIMAL, Kind.REGULAR));

  @TempDir Path folder;

  @Test
  void resumedExportHasSameTypes() {
    IcebergTarget target = target().types(TypeMapping.ANALYTICS);
    UUID job = UUID.randomUUID();
    TargetPlan plan;
    TaskOutput first;
    try (TargetSession session = target.open()) {
      plan = session.plan(Exports.description(TABLE, job));
      first = Exports.write(session, plan, TABLE, row(CqlBytes.integer(1), decimal("1.5")));
    }
    try (TargetSession session = target.open()) {
      TargetPlan resumed = session.resume(plan, Exports.description(TABLE, job));
      TaskOutput second =
          Exports.write(session, resumed, TABLE, row(CqlBytes.integer(2), decimal("2.250")));
      session.commit(resumed, List.of(first, second));
    }
    Warehouse.with(
        folder,
        warehouse ->
            assertThat(Warehouse.rows(warehouse.table("ks.t")))
                .extracting(record -> record.getField("amount"))
                .containsExactlyInAnyOrder(
                    new BigDecimal("1.500000000000000000"),
                    new BigDecimal("2.250000000000000000")));
  }

  /** A job is not resumed with other types, because its identity has changed. */
  @Test
  void typesBelongToIdentityOfTarget() {
    assertThat(target().identity()).containsEntry("target types", "{}");
    assertThat(
            target()
                .types(TypeMapping.ANALYTICS)
                .decimals(20, 4)
                .paddedDecimal("amount", 10, 2)
                .uuids(UuidForm.UUID)
                .asText("note")
                .identity())
        .containsEntry(
            "target types",
            "{amount=decimal(10, 2) padded} ANALYTICS decimals decimal(20, 4) uuids UUID text"
                + " [note]");
  }

  @Test
  void existingDecimalColumnIsPaddedUnlessAskedToBeStrict() {
    Exports.run(
        target().decimal("amount", 10, 2), TABLE, row(CqlBytes.integer(1), decimal("1.50")));
    IcebergTarget append = target().mode(WriteMode.APPEND);
    Exports.run(append, TABLE, row(CqlBytes.integer(2), decimal("2.5")));
    assertThatThrownBy(
            () ->
                Exports.run(
                    append.decimal("amount", 10, 2),
                    TABLE,
                    row(CqlBytes.integer(3), decimal("3.5"))))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage(
            "amount is a decimal of scale 1, which a column of decimal(10, 2) cannot preserve;"
                + " write the column as text, or choose the scale 1");
    assertThatThrownBy(() -> Exports.run(append, TABLE, row(CqlBytes.integer(3), decimal("3.555"))))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage(
            "amount is 3.555, and a column of decimal(10, 2) holds 2 digits after the decimal"
                + " point; write the column as text, or choose a larger scale");
    Warehouse.with(
        folder,
        warehouse -> {
          assertThat(warehouse.table("ks.t").schema().findType("amount"))
              .isEqualTo(Types.DecimalType.of(10, 2));
          assertThat(Warehouse.rows(warehouse.table("ks.t")))
              .extracting(record -> record.getField("amount"))
              .containsExactlyInAnyOrder(new BigDecimal("1.50"), new BigDecimal("2.50"));
        });
  }

  /** The transform of a partition sees the same value as the column. */
  @Test
  void partitionsByPaddedAndTextValues() {
    TableDescription table =
        Exports.table(
            new ColumnDescription("id", DataTypes.UUID, Kind.PARTITION_KEY),
            new ColumnDescription("amount", DataTypes.DECIMAL, Kind.REGULAR),
            new ColumnDescription("opens", DataTypes.TIME, Kind.REGULAR));
    UUID id = new UUID(0x4512272c0d4e4c73L, 0x8f5a0a3f0f1d2b11L);
    Exports.run(
        target()
            .types(TypeMapping.ANALYTICS)
            .decimals(10, 2)
            .partitionBy("bucket(4, id)", "truncate(100, amount)", "opens"),
        table,
        row(
            CqlBytes.of(TypeCodecs.UUID, id),
            decimal("12.3"),
            CqlBytes.of(TypeCodecs.BIGINT, 5_000_000L)));
    Warehouse.with(
        folder,
        warehouse -> {
          assertThat(Warehouse.eachFileHoldsOnePartition(warehouse.table("ks.t"))).hasSize(1);
          assertThat(Warehouse.rows(warehouse.table("ks.t")))
              .extracting(record -> record.getField("id"))
              .containsExactly(id.toString());
        });
  }

  private IcebergTarget target() {
    return IcebergTarget.warehouse(folder);
  }

  private static ByteBuffer decimal(String value) {
    return CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(value));
  }
}
