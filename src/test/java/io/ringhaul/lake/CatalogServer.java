package io.ringhaul.lake;

import io.ringhaul.cli.sandbox.ForeignClassPath;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.iceberg.rest.RESTCatalog;

/** A real REST catalog server over an object store, in a process of its own. */
final class CatalogServer implements AutoCloseable {

  /** The servers. */
  enum Kind {
    /** The server that Iceberg tests its own REST client with. */
    ICEBERG,
    /** Nessie, which chooses another location each time that a table is staged. */
    NESSIE
  }

  private static final int NESSIES_JAVA = 21;
  private static final String JAVA_HOME = "RINGHAUL_JAVA21_HOME";
  private static final String ICEBERG_VERSION = "1.11.0";

  /** The version of these tests' S3 client, which the server uses too. */
  private static final String AWSSDK_VERSION = "2.54.17";

  private static final String JETTY_VERSION = "12.1.12";

  private final ServerProcess process;
  private final String uri;

  private CatalogServer(ServerProcess process, String uri) {
    this.process = process;
    this.uri = uri;
  }

  /**
   * Starts a server without tables.
   *
   * @param clients the address at which clients of the server reach the store
   * @param warehouse the location of new tables
   * @param folder receives the server's log
   */
  static CatalogServer start(
      Kind kind, ObjectStore store, String clients, String warehouse, Path folder)
      throws Exception {
    return kind == Kind.ICEBERG
        ? iceberg(store, warehouse, folder)
        : nessie(store, clients, warehouse, folder);
  }

  /** Returns whether this machine has the Java that the server needs. */
  static boolean canStart(Kind kind) throws IOException {
    return kind == Kind.ICEBERG || newerJava().isPresent();
  }

  private static CatalogServer iceberg(ObjectStore store, String warehouse, Path folder)
      throws Exception {
    List<Path> classPath =
        new ArrayList<>(
            ForeignClassPath.of(
                "Iceberg's REST server",
                "org.apache.iceberg:iceberg-open-api:jar:test-fixtures:" + ICEBERG_VERSION,
                "org.apache.iceberg:iceberg-core:jar:tests:" + ICEBERG_VERSION,
                "org.apache.iceberg:iceberg-core:" + ICEBERG_VERSION,
                "org.apache.iceberg:iceberg-aws:" + ICEBERG_VERSION,
                "software.amazon.awssdk:apache-client:" + AWSSDK_VERSION,
                "org.eclipse.jetty.ee10:jetty-ee10-servlet:" + JETTY_VERSION,
                "org.eclipse.jetty.compression:jetty-compression-server:" + JETTY_VERSION,
                "org.eclipse.jetty.compression:jetty-compression-gzip:" + JETTY_VERSION));
    // Hadoop's configuration, SQLite and the S3 client, in the versions of these tests.
    for (String jar : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(jar));
    }
    int port = ServerProcess.freePort();
    Map<String, String> properties = new HashMap<>(store.properties());
    properties.put("warehouse", warehouse);
    properties.put("uri", "jdbc:sqlite:" + folder.resolve("catalog.db"));
    properties.put("io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
    properties.put("rest.port", Integer.toString(port));
    Map<String, String> environment = new HashMap<>();
    properties.forEach((key, value) -> environment.put(variable(key), value));
    return new CatalogServer(
        ServerProcess.start(
            "Iceberg's REST server",
            ServerProcess.java(),
            classPath,
            List.of("-Xmx512m", "org.apache.iceberg.rest.RESTCatalogServer"),
            environment,
            ServerProcess.local(port),
            folder.resolve("iceberg.log")),
        "http://127.0.0.1:" + port);
  }

  /** Returns the variable from which Iceberg's server takes a property. */
  private static String variable(String key) {
    return "CATALOG_" + key.replace("-", "__").replace(".", "_").toUpperCase(Locale.ROOT);
  }

  private static CatalogServer nessie(
      ObjectStore store, String clients, String warehouse, Path folder) throws Exception {
    Path jar = ForeignClassPath.jar("org.projectnessie.nessie:nessie-quarkus:jar:runner:0.99.0");
    int port = ServerProcess.freePort();
    String s3 = "-Dnessie.catalog.service.s3.default-options.";
    return new CatalogServer(
        ServerProcess.start(
            "Nessie",
            newerJava().orElseThrow(),
            List.of(),
            List.of(
                "-Xmx512m",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.management.host=127.0.0.1",
                "-Dquarkus.management.port=" + ServerProcess.freePort(),
                "-Dquarkus.otel.sdk.disabled=true",
                "-Dnessie.version.store.type=IN_MEMORY",
                "-Dnessie.server.authentication.enabled=false",
                "-Dnessie.catalog.default-warehouse=warehouse",
                "-Dnessie.catalog.warehouses.warehouse.location=" + warehouse,
                s3 + "endpoint=" + store.endpoint(),
                s3 + "external-endpoint=" + clients,
                s3 + "path-style-access=true",
                s3 + "region=us-east-1",
                s3 + "request-signing-enabled=false",
                s3 + "access-key=urn:nessie-secret:quarkus:lake-secrets.s3",
                "-Dlake-secrets.s3.name=" + ObjectStore.ACCESS_KEY,
                "-Dlake-secrets.s3.secret=" + ObjectStore.SECRET_KEY,
                "-jar",
                jar.toString()),
            Map.of(),
            ServerProcess.local(port),
            folder.resolve("nessie.log")),
        "http://127.0.0.1:" + port + "/iceberg/");
  }

  /** Returns the program of an installed Java that can run Nessie. */
  private static Optional<Path> newerJava() throws IOException {
    String named = System.getenv(JAVA_HOME);
    if (named != null) {
      return Optional.of(Path.of(named, "bin", "java"));
    }
    Path installed = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(installed)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(installed)) {
      for (Path home : homes.sorted().toList()) {
        Path release = home.resolve("release");
        if (Files.isRegularFile(release)) {
          Properties properties = new Properties();
          try (Reader text = Files.newBufferedReader(release)) {
            properties.load(text);
          }
          String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
          if (Integer.parseInt(version.replaceAll("[^0-9].*", "")) >= NESSIES_JAVA) {
            return Optional.of(home.resolve("bin").resolve("java"));
          }
        }
      }
    }
    return Optional.empty();
  }

  String uri() {
    return uri;
  }

  /** Returns a new client with files in the store, which the caller closes. */
  static RESTCatalog client(String uri, String storeEndpoint) {
    Map<String, String> properties = new HashMap<>(ObjectStore.properties(storeEndpoint));
    properties.put("uri", uri);
    properties.put("io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
    properties.put("s3.retry.num-retries", "10");
    properties.put("s3.retry.min-wait-ms", "20");
    properties.put("rest-metrics-reporting-enabled", "false");
    RESTCatalog client = new RESTCatalog();
    client.initialize("lake", properties);
    return client;
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
