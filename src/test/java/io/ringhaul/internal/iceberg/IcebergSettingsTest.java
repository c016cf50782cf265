package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.nio.file.Path;
import java.time.Instant;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that setters of targets and sources validate their arguments without disk access. */
class IcebergSettingsTest {

  @TempDir Path folder;

  @Test
  void parsesTableNamesWithNamespace() {
    assertThat(TableNames.parse("store.orders")).isEqualTo(TableIdentifier.of("store", "orders"));
    assertThat(TableNames.parse("a.b.c"))
        .isEqualTo(TableIdentifier.of(Namespace.of("a", "b"), "c"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "orders", ".orders", "store.", "store..orders", " .orders"})
  void rejectsTableNamesWithoutNamespace(String name) {
    assertSetting(
        "table",
        "\"" + name + "\" is not the name of an Iceberg table; it must be namespace.table",
        () -> IcebergTarget.warehouse(folder).table(name));
    assertSetting(
        "table",
        "\"" + name + "\" is not the name of an Iceberg table; it must be namespace.table",
        () -> IcebergSource.warehouse(folder).table(name));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, (1 << 20) - 1})
  void rejectsATooSmallTargetFileSize(long bytes) {
    assertSetting(
        "targetFileSize",
        "targetFileSize is " + bytes + " bytes; it must be 1048576 or more",
        () -> IcebergTarget.warehouse(folder).targetFileSize(bytes));
  }

  @Test
  void rejectsTwoReadPoints() {
    String message =
        "snapshot, asOf, branch, tag and changesBetween each select the state to read: set only"
            + " one";
    IcebergSource source = IcebergSource.warehouse(folder);
    assertSetting("asOf", message, () -> source.snapshot(7).asOf(Instant.EPOCH));
    assertSetting("snapshot", message, () -> source.asOf(Instant.EPOCH).snapshot(7));
    assertSetting("branch", message, () -> source.tag("t").branch("b"));
    assertSetting("tag", message, () -> source.branch("b").tag("t"));
    assertSetting("changesBetween", message, () -> source.snapshot(7).changesBetween(1, 2));
    assertSetting("branch", "branch is blank; it must be a name", () -> source.branch(" "));
    assertSetting("tag", "tag is blank; it must be a name", () -> source.tag(""));
  }

  @Test
  void rejectsInvalidTargetSettings() {
    IcebergTarget target = IcebergTarget.warehouse(folder);
    String modes =
        "overwritePartitions and mode both set how existing rows are treated: set only one";
    assertSetting(
        "overwritePartitions", modes, () -> target.mode(WriteMode.APPEND).overwritePartitions());
    assertSetting(
        "overwritePartitions", modes, () -> target.overwritePartitions().mode(WriteMode.OVERWRITE));
    assertSetting("branch", "branch is blank; it must be a name", () -> target.branch(""));
    assertSetting(
        "property",
        "The table property \"ringhaul.x\" cannot be set; the key must not be blank or begin with"
            + " ringhaul.",
        () -> target.property("ringhaul.x", "y"));
    assertSetting(
        "compression",
        "Parquet files cannot be compressed with XZ; choose NONE, GZIP, ZSTD, LZ4 or SNAPPY",
        () -> target.compression(Compression.XZ));
    String codec = "write.parquet.compression-codec";
    String codecs =
        "compression and the property "
            + codec
            + " both set the compression of data files: set only one";
    assertSetting(
        "compression", codecs, () -> target.compression(Compression.GZIP).property(codec, "gzip"));
    assertSetting(
        "compression", codecs, () -> target.property(codec, "gzip").compression(Compression.GZIP));
    assertSetting(
        "decimal",
        "decimal(a, 39, 0) is out of bounds: the precision must be 1 to 38, the scale 0 to the"
            + " precision",
        () -> target.decimal("a", 39, 0));
    assertSetting(
        "decimal",
        "decimal(a, 3, 4) is out of bounds: the precision must be 1 to 38, the scale 0 to the"
            + " precision",
        () -> target.decimal("a", 3, 4));
    assertSetting(
        "decimal", "\"a b\" is not a column name in CQL", () -> target.decimal("a b", 3, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3.secret-access-key",
        "s3.access-key-id",
        "s3.session-token",
        "jdbc.password",
        "credential",
        "token",
        "header.Authorization",
        "adls.auth.shared-key.account.key",
        "adls.connection-string.lake",
        "my.API_KEY",
        "s3.sse.key",
        "gcs.decryption-key",
        "gcs.encryption-key",
        "secretKey"
      })
  void rejectsSecretsAsProperties(String key) {
    assertSetting(
        "property",
        "The table property \""
            + key
            + "\" looks like a secret, but table properties are stored with the job and in the"
            + " table's metadata, which every reader can see; set it in the properties of the"
            + " catalog or in the environment",
        () -> IcebergTarget.warehouse(folder).property(key, "hunter2"));
  }

  @Test
  void rejectsPasswordsInUrlsOfProperties() {
    assertThatThrownBy(
            () ->
                IcebergTarget.warehouse(folder)
                    .property("origin", "jdbc:postgresql://me:hunter2@db.example/store"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("The table property \"origin\" looks like a secret")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void acceptsPropertiesWithColumnNames() {
    assertThat(
            IcebergTarget.warehouse(folder)
                .property("write.metadata.metrics.column.access_token", "counts")
                .property("origin", "https://db.example:9042/a@b"))
        .isNotNull();
  }

  @Test
  void settersReturnNewValues() {
    IcebergTarget target = IcebergTarget.warehouse(folder);
    assertThat(target.targetFileSize(1 << 20)).isNotSameAs(target);
    assertThat(target.table("a.b")).isNotSameAs(target);
    IcebergSource source = IcebergSource.warehouse(folder);
    assertThat(source.snapshot(7)).isNotSameAs(source);
    // The first source still has no snapshot.
    assertThat(source.asOf(Instant.EPOCH)).isNotNull();
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "4", "v3", ""})
  void rejectsUnknownFormatVersions(String version) {
    assertSetting(
        "property",
        "The table property format-version is \"" + version + "\"; it must be 1, 2 or 3",
        () -> IcebergTarget.warehouse(folder).property("format-version", version));
  }

  @Test
  void rejectsReservedProperties() {
    assertSetting(
        "property",
        "The table property current-schema cannot be set: Iceberg derives it from the table's"
            + " metadata",
        () -> IcebergTarget.warehouse(folder).property("current-schema", "{}"));
  }

  private static void assertSetting(String setting, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo(setting))
        .hasMessage(message);
  }
}
