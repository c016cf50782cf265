package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.hadoop.HadoopCatalog;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Catalogs that Iceberg creates from properties, in Java. */
class ConfiguredCatalogTest {

  private static final TableDescription TABLE =
      Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));
  private static final String JARS =
      "The catalog prod needs jars that are not on the class path: %s. Add them to the dependencies"
          + " of the application; for the command line, name them in RINGHAUL_CLASSPATH";

  private final JdbcCatalog behind = new JdbcCatalog();
  @TempDir private Path folder;

  @BeforeEach
  void open() {
    ClosedFiles.ALL.clear();
    ClosedCatalog.closed = 0;
    behind.initialize("behind", jdbc());
  }

  @AfterEach
  void close() {
    behind.close();
  }

  private Map<String, String> jdbc() {
    return Map.of(
        "type",
        "jdbc",
        "uri",
        "jdbc:sqlite:" + folder.resolve("catalog.db"),
        "warehouse",
        folder.resolve("warehouse").toString());
  }

  @Test
  void exportsToAndImportsFromRestCatalog() throws IOException {
    try (RestServer server = new RestServer(behind, Map.of("warehouse", "lake"))) {
      Map<String, String> rest = Map.of("type", "rest", "uri", server.uri());
      IcebergTarget target = IcebergTarget.catalog("prod", rest).table("lake.t");
      Exports.run(target, TABLE, Exports.row(integer(7)));
      Exports.run(target.mode(WriteMode.APPEND), TABLE, Exports.row(integer(8)));
      assertThat(Exports.imported(IcebergSource.catalog("prod", rest).table("lake.t"), TABLE))
          .containsExactlyInAnyOrder(List.of("00000007"), List.of("00000008"));
    }
  }

  @Test
  void closesCatalogAndItsFileAccessOnce() {
    Map<String, String> properties = new HashMap<>(jdbc());
    properties.remove("type");
    properties.put("catalog-impl", ClosedCatalog.class.getName());
    properties.put("io-impl", ClosedFiles.class.getName());
    TargetSession session = IcebergTarget.catalog("prod", properties).open();
    session.plan(Exports.description(TABLE, UUID.randomUUID()));
    assertThat(ClosedCatalog.closed).isZero();
    session.close();
    session.close();
    assertThat(ClosedCatalog.closed).isOne();
    assertThat(ClosedFiles.ALL).hasSize(1).allMatch(io -> io.closed == 1);
  }

  @Test
  void closesEachFileAccessOfRestCatalog() throws IOException {
    try (RestServer server = new RestServer(behind, Map.of())) {
      Map<String, String> rest =
          Map.of("type", "rest", "uri", server.uri(), "io-impl", ClosedFiles.class.getName());
      Exports.run(IcebergTarget.catalog("prod", rest), TABLE, Exports.row(integer(7)));
      Exports.imported(IcebergSource.catalog("prod", rest), TABLE);
      assertThat(ClosedFiles.ALL).isNotEmpty().allMatch(io -> io.closed > 0);
    }
  }

  @Test
  void identityHasNoSecrets() {
    Map<String, String> properties =
        Map.of(
            "type", "rest",
            "uri", "https://catalog.example.com",
            "warehouse", "lake",
            "credential", "me:geheim",
            "header.Authorization", "geheim",
            "s3.secret-access-key", "geheim");
    assertThat(IcebergTarget.catalog("prod", properties).identity().toString())
        .contains("catalog prod (rest, https://catalog.example.com, warehouse lake)")
        .doesNotContain("geheim");
    assertThat(IcebergSource.catalog("prod", properties).identity().toString())
        .contains("catalog prod (rest, https://catalog.example.com, warehouse lake)")
        .doesNotContain("geheim");
  }

  @Test
  void localWarehouseOfJdbcCatalogIsDurableAndFoundByName() throws IOException {
    IcebergTarget target = IcebergTarget.catalog("prod", jdbc()).table("lake.t");
    Exports.run(target, TABLE, Exports.row(integer(7)));
    assertThat(Exports.imported(IcebergSource.catalog("prod", jdbc()).table("lake.t"), TABLE))
        .containsExactly(List.of("00000007"));
    try (var files = Files.walk(folder.resolve("warehouse"))) {
      assertThat(files).as("no checksums of Hadoop").noneMatch(file -> file.endsWith(".crc"));
    }
    assertThatThrownBy(
            () -> Exports.imported(IcebergSource.catalog("other", jdbc()).table("lake.t"), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The catalog other has no Iceberg table lake.t: it has no namespace; name one with"
                + " table(...)");
  }

  @Test
  void sourceDoesNotCreateDatabase() throws IOException {
    Path missing = folder.resolve("none.db");
    assertThatThrownBy(() -> imported(missing))
        .isInstanceOf(StorageException.class)
        .hasMessage("The catalog prod does not exist: there is no file " + missing);
    assertThat(missing).doesNotExist();
    Path empty = Files.createFile(folder.resolve("empty.db"));
    assertThatThrownBy(() -> imported(empty)).isInstanceOf(StorageException.class);
    assertThat(empty).isEmptyFile();
  }

  private void imported(Path database) {
    Map<String, String> properties = new HashMap<>(jdbc());
    properties.put("uri", "jdbc:sqlite:" + database);
    Exports.imported(IcebergSource.catalog("prod", properties), TABLE);
  }

  @Test
  void hadoopCatalogIsReadAndNotWritten() throws IOException {
    String warehouse = folder.resolve("hadoop").toString();
    try (HadoopCatalog catalog =
        new HadoopCatalog(new org.apache.hadoop.conf.Configuration(), warehouse)) {
      Exports.run(IcebergTarget.catalog(catalog).table("lake.t"), TABLE, Exports.row(integer(7)));
    }
    Map<String, String> properties = Map.of("type", "hadoop", "warehouse", warehouse);
    assertThat(Exports.imported(IcebergSource.catalog("h", properties).table("lake.t"), TABLE))
        .containsExactly(List.of("00000007"));
    assertThatThrownBy(() -> IcebergTarget.catalog("h", properties))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "The catalog h is of type hadoop, which loses commits when several programs write at the"
                + " same time: use a catalog of another type for an export, such as jdbc or rest");
  }

  @Test
  void namesWhatIsThereInPlaceOfMissingTable() throws IOException {
    try (RestServer server = new RestServer(behind, Map.of())) {
      Map<String, String> rest = Map.of("type", "rest", "uri", server.uri());
      for (String table : List.of("lake.orders", "lake.customers")) {
        Exports.run(
            IcebergTarget.catalog("prod", rest).table(table), TABLE, Exports.row(integer(7)));
      }
      IcebergSource source = IcebergSource.catalog("prod", rest);
      assertThatThrownBy(() -> Exports.imported(source.table("lake.order"), TABLE))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The catalog prod has no Iceberg table lake.order: the namespace lake has customers,"
                  + " orders; name one with table(...)");
      assertThatThrownBy(() -> Exports.imported(source.table("like.orders"), TABLE))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The catalog prod has no Iceberg table like.orders: it has the namespaces lake; name"
                  + " one with table(...)");
    }
  }

  @Test
  void refusedLoginIsOneSentence() throws IOException {
    try (RestServer server = new RestServer(behind, Map.of())) {
      server.requireLogin("good", "new");
      String login =
          "The catalog prod at %s refuses the login: Not authorized: %s; check the properties"
              + " credential, token and scope, and whether the token has expired";
      assertUnusable(
          Map.of("type", "rest", "uri", server.uri(), "credential", "me:bad"),
          login.formatted(server.uri(), "invalid_client: the client is unknown"));
      assertUnusable(
          Map.of("type", "rest", "uri", server.uri(), "token", "old"),
          login.formatted(server.uri(), "the token has expired"));
      Map<String, String> good =
          Map.of("type", "rest", "uri", server.uri(), "credential", "me:good");
      Exports.run(IcebergTarget.catalog("prod", good), TABLE, Exports.row(integer(7)));
      assertThat(Exports.imported(IcebergSource.catalog("prod", good), TABLE))
          .containsExactly(List.of("00000007"));
    }
  }

  @Test
  void unknownServerAndWarehouseAreOneSentence() throws IOException {
    String opened =
        "The catalog prod at %s cannot be opened: %s; check its properties uri and warehouse, and"
            + " that it can be reached";
    String closed = "http://127.0.0.1:1";
    assertUnusable(
        Map.of("type", "rest", "uri", closed),
        opened.formatted(closed, "Connect to http://127.0.0.1:1 failed: Connection refused"));
    try (RestServer server = new RestServer(behind, Map.of())) {
      server.requireWarehouse("lake");
      assertUnusable(
          Map.of("type", "rest", "uri", server.uri(), "warehouse", "lane"),
          opened.formatted(
              server.uri() + " with the warehouse lane", "there is no such warehouse"));
    }
  }

  /** Neither an export nor an import opens the catalog, and the answer comes at once. */
  private static void assertUnusable(Map<String, String> properties, String message) {
    long begin = System.nanoTime();
    assertThatThrownBy(
            () ->
                Exports.run(
                    IcebergTarget.catalog("prod", properties), TABLE, Exports.row(integer(7))))
        .isInstanceOf(StorageException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> Exports.imported(IcebergSource.catalog("prod", properties), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessage(message);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          uri=http://x                    | The catalog prod has neither the property type nor catalog-impl: set type to rest, jdbc, glue, hive, nessie or bigquery
          type=rst                        | The catalog prod has the unknown type rst: set type to rest, jdbc, glue, hive, nessie or bigquery
          type=rest,catalog-impl=a.B      | The catalog prod has both properties type and catalog-impl: set only one
          type=rest                       | The catalog prod of type rest has no uri: set the property uri
          type=jdbc,uri=jdbc:sqlite:x     | The catalog prod of type jdbc has no warehouse: set the property warehouse
          type=rest,uri=http://me:pw@x    | The property uri of catalog prod contains a password: set it in a property of its own, such as jdbc.user and jdbc.password, or credential
          type=jdbc,uri=jdbc:postgresql://h/db?user=me&password=pw,warehouse=/x | The property uri of catalog prod contains a password: set it in a property of its own, such as jdbc.user and jdbc.password, or credential
          """)
  void rejectsProperties(String properties, String message) {
    assertRejected(properties, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          type=glue          | org.apache.iceberg:iceberg-aws:1.12.0 with software.amazon.awssdk:glue, s3, sts and kms
          type=hive          | org.apache.iceberg:iceberg-hive-metastore:1.12.0 with org.apache.hive:hive-metastore and their dependencies
          type=nessie,uri=http://x,warehouse=/x | org.apache.iceberg:iceberg-nessie:1.12.0 with its dependencies
          type=bigquery      | org.apache.iceberg:iceberg-bigquery:1.12.0 with its dependencies
          type=jdbc,uri=jdbc:mysql://x/y,warehouse=/x | com.mysql:mysql-connector-j
          type=jdbc,uri=jdbc:other://x/y,warehouse=/x | a JDBC driver for other
          catalog-impl=a.b.C | the class a.b.C
          type=rest,uri=http://x,warehouse=gs://x | org.apache.iceberg:iceberg-gcp:1.12.0 with org.apache.iceberg:iceberg-gcp-bundle:1.12.0
          type=rest,uri=http://x,io-impl=org.apache.iceberg.azure.adlsv2.ADLSFileIO | org.apache.iceberg:iceberg-azure:1.12.0 with org.apache.iceberg:iceberg-azure-bundle:1.12.0
          """)
  void namesMissingJars(String properties, String jars) {
    assertRejected(properties, JARS.formatted(jars));
  }

  /** The server chooses the file access, so that it is known only when the catalog is open. */
  @Test
  void namesMissingJarsOfServersConfiguration() throws IOException {
    Map<String, String> chosen = Map.of("io-impl", "org.apache.iceberg.gcp.gcs.GCSFileIO");
    try (RestServer server = new RestServer(behind, chosen)) {
      assertUnusable(
          Map.of("type", "rest", "uri", server.uri()),
          JARS.formatted(
              "org.apache.iceberg:iceberg-gcp:1.12.0 with"
                  + " org.apache.iceberg:iceberg-gcp-bundle:1.12.0"));
    }
  }

  private static void assertRejected(String properties, String message) {
    Map<String, String> all = new HashMap<>();
    for (String property : properties.split(",", -1)) {
      int end = property.indexOf('=');
      all.put(property.substring(0, end), property.substring(end + 1));
    }
    assertThatThrownBy(() -> IcebergTarget.catalog("prod", all))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message);
  }

  /** Counts how often it is closed. Public for Iceberg, which creates it by its class name. */
  public static final class ClosedCatalog extends JdbcCatalog {

    private static int closed;

    @Override
    public void close() {
      closed++;
      super.close();
    }
  }

  /** Counts how often it is closed. Public for Iceberg, which creates it by its class name. */
  public static final class ClosedFiles extends HadoopFileIO {

    private static final long serialVersionUID = 1;
    private static final List<ClosedFiles> ALL = new ArrayList<>();

    private int closed;

    /** Called by Iceberg through reflection. */
    public ClosedFiles() {
      ALL.add(this);
    }

    @Override
    public void close() {
      closed++;
      super.close();
    }
  }
}
