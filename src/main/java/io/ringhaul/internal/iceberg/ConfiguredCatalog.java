package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.IcebergBuild;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.hadoop.Configurable;
import org.apache.iceberg.io.ResolvingFileIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A catalog that Iceberg creates from properties. Each session opens and closes its own. */
public final class ConfiguredCatalog implements CatalogSource {

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredCatalog.class);

  private static final String SETTING = "catalog";
  private static final String SQLITE = "jdbc:sqlite:";

  /**
   * By default, Iceberg's REST client waits without a limit, and sends metrics of each scan and
   * commit, which fails if the catalog is closed meanwhile.
   */
  private static final Map<String, String> REST_DEFAULTS =
      Map.of(
          "rest.client.connection-timeout-ms", "10000",
          "rest.client.socket-timeout-ms", "60000",
          "rest-metrics-reporting-enabled", "false");

  /** How Iceberg tells a status for which it has no exception. */
  private static final Pattern REFUSED_LOGIN = Pattern.compile("\\(code: 40[13],");

  /** The catalogs that Iceberg knows by a short name. */
  private enum Type {
    REST(CatalogUtil.ICEBERG_CATALOG_REST, CatalogProperties.URI),
    JDBC(
        CatalogUtil.ICEBERG_CATALOG_JDBC,
        CatalogProperties.URI,
        CatalogProperties.WAREHOUSE_LOCATION),
    GLUE(CatalogUtil.ICEBERG_CATALOG_GLUE),
    HIVE(CatalogUtil.ICEBERG_CATALOG_HIVE),
    NESSIE(
        CatalogUtil.ICEBERG_CATALOG_NESSIE,
        CatalogProperties.URI,
        CatalogProperties.WAREHOUSE_LOCATION),
    BIGQUERY(CatalogUtil.ICEBERG_CATALOG_BIGQUERY),
    HADOOP(CatalogUtil.ICEBERG_CATALOG_HADOOP, CatalogProperties.WAREHOUSE_LOCATION);

    private final String implementation;

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
    private final List<String> needed;

    Type(String implementation, String... needed) {
      this.implementation = implementation;
      this.needed = List.of(needed);
    }

    static Optional<Type> of(String text) {
      return Arrays.stream(values()).filter(type -> type.text().equalsIgnoreCase(text)).findFirst();
    }

    static Optional<Type> implementedBy(String className) {
      return Arrays.stream(values())
          .filter(type -> type.implementation.equals(className))
          .findFirst();
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Joined, so that the text stays as it is where the package is renamed. */
  private static final String ICEBERG_PACKAGE = String.join(".", "org", "apache", "iceberg", "");

  private final String name;
  private final Map<String, String> properties;
  private final Optional<Type> type;
  private final String implementation;
  private final boolean isRead;

  private ConfiguredCatalog(String name, Map<String, String> properties, boolean isRead) {
    this.name = name;
    this.properties = renamed(properties);
    this.isRead = isRead;
    String chosen = property(CatalogUtil.ICEBERG_CATALOG_TYPE);
    String className = property(CatalogProperties.CATALOG_IMPL);
    if (name.isBlank()) {
      throw invalid("catalog has no name");
    }
    if (chosen.isEmpty() == className.isEmpty()) {
      throw invalid(
          chosen.isEmpty()
              ? String.format(
                  "The catalog %s has neither the property type nor catalog-impl: set type to %s",
                  name, types(isRead))
              : String.format(
                  "The catalog %s has both properties type and catalog-impl: set only one", name));
    }
    this.type = chosen.isEmpty() ? Type.implementedBy(className) : Type.of(chosen);
    if (!chosen.isEmpty() && type.isEmpty()) {
      throw invalid(
          String.format(
              "The catalog %s has the unknown type %s: set type to %s",
              name, chosen, types(isRead)));
    }
    this.implementation = type.map(known -> known.implementation).orElse(className);
  }

  /** The jar for Spark has Iceberg's classes under another name, which users do not know. */
  private static Map<String, String> renamed(Map<String, String> properties) {
    Map<String, String> all = new TreeMap<>(properties);
    for (String key : List.of(CatalogProperties.CATALOG_IMPL, CatalogProperties.FILE_IO_IMPL)) {
      all.computeIfPresent(
          key,
          (any, name) ->
              name.startsWith(ICEBERG_PACKAGE)
                  ? CatalogUtil.class.getPackageName()
                      + name.substring(ICEBERG_PACKAGE.length() - 1)
                  : name);
    }
    return Map.copyOf(all);
  }

  /**
   * Returns a catalog for an export.
   *
   * @throws InvalidSettingException if Iceberg cannot open a catalog with these properties, or if
   *     the catalog would lose commits
   */
  public static ConfiguredCatalog toWrite(String name, Map<String, String> properties) {
    ConfiguredCatalog catalog = new ConfiguredCatalog(name, properties, false);
    if (catalog.type.equals(Optional.of(Type.HADOOP))) {
      throw invalid(
          String.format(
              "The catalog %s is of type hadoop, which loses commits when several programs write at"
                  + " the same time: use a catalog of another type for an export, such as jdbc or"
                  + " rest",
              name));
    }
    catalog.check();
    return catalog;
  }

  /**
   * Returns a catalog for an import.
   *
   * @throws InvalidSettingException if Iceberg cannot open a catalog with these properties
   */
  public static ConfiguredCatalog toRead(String name, Map<String, String> properties) {
    ConfiguredCatalog catalog = new ConfiguredCatalog(name, properties, true);
    catalog.check();
    return catalog;
  }

  private void check() {
    for (String key : type.map(known -> known.needed).orElse(List.of())) {
      if (property(key).isEmpty()) {
        throw invalid(
            String.format(
                "The catalog %s of type %s has no %s: set the property %s",
                name, type.orElseThrow().text(), key, key));
      }
    }
    for (String key : List.of(CatalogProperties.URI, CatalogProperties.WAREHOUSE_LOCATION)) {
      if (SecretProperties.hasPassword(property(key))) {
        // The identity of a job contains both.
        throw invalid(
            String.format(
                "The property %s of catalog %s contains a password: set it in a property of its"
                    + " own, such as jdbc.user and jdbc.password, or credential",
                key, name));
      }
    }
    Jars.missing(List.of(implementation, property(CatalogProperties.FILE_IO_IMPL)))
        .or(() -> Jars.ofDriver(property(CatalogProperties.URI)))
        .or(
            () ->
                property(CatalogProperties.FILE_IO_IMPL).isEmpty()
                    ? Jars.ofScheme(property(CatalogProperties.WAREHOUSE_LOCATION))
                    : Optional.empty())
        .ifPresent(
            jars -> {
              throw invalid(needs(jars));
            });
  }

  private String needs(String jars) {
    return String.format(
        "The catalog %s needs jars that are not on the class path: %s. Add them to the dependencies"
            + " of the application; for the command line, name them in RINGHAUL_CLASSPATH",
        name, jars);
  }

  private static String types(boolean isRead) {
    List<String> all =
        Arrays.stream(Type.values())
            .filter(type -> isRead || type != Type.HADOOP)
            .map(Type::text)
            .toList();
    return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.get(all.size() - 1);
  }

  private static InvalidSettingException invalid(String message) {
    return new InvalidSettingException(SETTING, message);
  }

  private String property(String key) {
    return properties.getOrDefault(key, "").strip();
  }

  @Override
  public Handle open() {
    requireDatabase();
    try {
      return new Opened(
          CatalogUtil.buildIcebergCatalog(name, completed(), hadoopConfiguration()), this);
    } catch (RuntimeException | LinkageError e) {
      throw new StorageException(toString(), problem(e), e);
    }
  }

  /** SQLite creates a missing database, and a source must not leave one behind. */
  private void requireDatabase() {
    String uri = property(CatalogProperties.URI);
    if (isRead && uri.startsWith(SQLITE)) {
      Path file = Path.of(uri.substring(SQLITE.length()).replaceFirst("\\?.*", ""));
      if (!Files.isRegularFile(file)) {
        throw new StorageException(
            toString(),
            String.format("The catalog %s does not exist: there is no file %s", name, file),
            null);
      }
    }
  }

  /** Returns the properties with defaults. */
  private Map<String, String> completed() {
    Map<String, String> all = new HashMap<>();
    if (type.equals(Optional.of(Type.REST))) {
      all.putAll(REST_DEFAULTS);
    }
    if (type.isPresent() && List.of(Type.HIVE, Type.NESSIE).contains(type.orElseThrow())) {
      all.put(CatalogProperties.FILE_IO_IMPL, ResolvingFileIO.class.getName());
    }
    if (type.equals(Optional.of(Type.JDBC))) {
      boolean isLocal = LocalFileIO.isLocal(property(CatalogProperties.WAREHOUSE_LOCATION));
      all.put(
          CatalogProperties.FILE_IO_IMPL,
          (isLocal ? LocalFileIO.class : ResolvingFileIO.class).getName());
      // A source does not change the database.
      all.put("jdbc.init-catalog-tables", Boolean.toString(!isRead));
      if (property(CatalogProperties.URI).startsWith(SQLITE)) {
        all.put(CatalogProperties.CLIENT_POOL_SIZE, "1");
        all.put("jdbc.busy_timeout", "60000");
      }
    }
    all.putAll(properties);
    return all;
  }

  /** Returns Hadoop's configuration for a catalog that uses it; creating one takes a while. */
  private @Nullable Configuration hadoopConfiguration() {
    boolean usesHadoop =
        type.map(known -> known == Type.HIVE || known == Type.HADOOP)
            .orElseGet(
                () ->
                    Jars.find(implementation)
                        .filter(Configurable.class::isAssignableFrom)
                        .isPresent());
    return usesHadoop ? new Configuration() : null;
  }

  /** Returns in one sentence why the catalog cannot be opened. */
  private String problem(Throwable failure) {
    Optional<String> jars = Jars.missing(failure);
    if (jars.isPresent()) {
      return needs(jars.orElseThrow());
    }
    String reason = firstLine(failure);
    boolean isLogin =
        causes(failure)
            .anyMatch(
                cause ->
                    cause instanceof NotAuthorizedException || cause instanceof ForbiddenException);
    if (isLogin || REFUSED_LOGIN.matcher(reason).find()) {
      return String.format(
          "%s refuses the login: %s; check the properties credential, token and scope, and whether"
              + " the token has expired",
          described(), reason);
    }
    return String.format(
        "%s cannot be opened: %s; check its properties uri and warehouse, and that it can be reached",
        described(), reason);
  }

  private String described() {
    String uri = property(CatalogProperties.URI);
    String warehouse = property(CatalogProperties.WAREHOUSE_LOCATION);
    return "The catalog "
        + name
        + (uri.isEmpty() ? "" : " at " + uri)
        + (warehouse.isEmpty() ? "" : " with the warehouse " + warehouse);
  }

  /** Returns the message of the failure, or of its cause if that says more. */
  private static String firstLine(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null
        && (last.getMessage() == null
            || !(last.getCause() instanceof RuntimeException || last instanceof SQLException))) {
      last = Objects.requireNonNull(last.getCause());
    }
    String message = Objects.requireNonNullElse(last.getMessage(), last.toString());
    return message.lines().findFirst().orElse(message).replaceFirst("[.:;]+$", "");
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }

  /** The name and the properties that say which catalog it is, without secrets. */
  @Override
  public String toString() {
    return Stream.of(
            type.map(Type::text).orElse(implementation),
            property(CatalogProperties.URI),
            property(CatalogProperties.WAREHOUSE_LOCATION).isEmpty()
                ? ""
                : "warehouse " + property(CatalogProperties.WAREHOUSE_LOCATION))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(", ", "catalog " + name + " (", ")"));
  }

  /** Closes the catalog once, and with it the clients and file accesses that it created. */
  private static final class Opened implements Handle {

    private final Catalog catalog;
    private final ConfiguredCatalog source;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    Opened(Catalog catalog, ConfiguredCatalog source) {
      this.catalog = catalog;
      this.source = source;
    }

    @Override
    public Catalog catalog() {
      return catalog;
    }

    @Override
    public void close() {
      if (isClosed.compareAndSet(false, true) && catalog instanceof Closeable closeable) {
        try {
          closeable.close();
        } catch (IOException | RuntimeException e) {
          // What was committed is not in doubt because of it.
          LOG.warn("{} was not closed", source, e);
        }
      }
    }
  }

  /** The jars of catalogs, file accesses and JDBC drivers that are no dependency of Ringhaul. */
  private static final class Jars {

    private static final String ICEBERG = "org.apache.iceberg:%s:" + IcebergBuild.version();
    private static final String S3 =
        ICEBERG.formatted("iceberg-aws") + " with software.amazon.awssdk:s3, sts and kms";

    /** By the beginning of a class name. */
    private static final Map<String, String> OF_CLASS =
        Map.ofEntries(
            Map.entry("org.apache.iceberg.aws.glue.", glue()),
            Map.entry("software.amazon.awssdk.services.glue.", glue()),
            Map.entry("org.apache.iceberg.aws.", S3),
            Map.entry("software.amazon.awssdk.", S3),
            Map.entry(
                "org.apache.iceberg.hive.",
                ICEBERG.formatted("iceberg-hive-metastore")
                    + " with org.apache.hive:hive-metastore and their dependencies"),
            Map.entry(
                "org.apache.hadoop.hive.", "org.apache.hive:hive-metastore with its dependencies"),
            Map.entry(
                "org.apache.iceberg.nessie.",
                ICEBERG.formatted("iceberg-nessie") + " with its dependencies"),
            Map.entry(
                "org.apache.iceberg.gcp.bigquery.",
                ICEBERG.formatted("iceberg-bigquery") + " with its dependencies"),
            Map.entry("org.apache.iceberg.gcp.", gcp()),
            Map.entry("com.google.cloud.", gcp()),
            Map.entry("org.apache.iceberg.azure.", azure()),
            Map.entry("com.azure.", azure()));

    /** By the name of the database in a JDBC URL. */
    private static final Map<String, String> OF_DATABASE =
        Map.of(
            "postgresql", "org.postgresql:postgresql",
            "mysql", "com.mysql:mysql-connector-j",
            "mariadb", "org.mariadb.jdbc:mariadb-java-client",
            "sqlite", "org.xerial:sqlite-jdbc",
            "sqlserver", "com.microsoft.sqlserver:mssql-jdbc",
            "oracle", "com.oracle.database.jdbc:ojdbc11",
            "h2", "com.h2database:h2");

    /** The file access that {@link ResolvingFileIO} chooses for a scheme. */
    private static final Map<String, String> OF_SCHEME =
        Map.of(
            "s3", "org.apache.iceberg.aws.s3.S3FileIO",
            "s3a", "org.apache.iceberg.aws.s3.S3FileIO",
            "s3n", "org.apache.iceberg.aws.s3.S3FileIO",
            "gs", "org.apache.iceberg.gcp.gcs.GCSFileIO",
            "abfs", "org.apache.iceberg.azure.adlsv2.ADLSFileIO",
            "abfss", "org.apache.iceberg.azure.adlsv2.ADLSFileIO",
            "wasb", "org.apache.iceberg.azure.adlsv2.ADLSFileIO",
            "wasbs", "org.apache.iceberg.azure.adlsv2.ADLSFileIO");

    /** Other classes that a class needs and that have a jar of their own. */
    private static final Map<String, String> NEEDED_BY =
        Map.of(
            CatalogUtil.ICEBERG_CATALOG_GLUE,
            "software.amazon.awssdk.services.glue.GlueClient",
            CatalogUtil.ICEBERG_CATALOG_HIVE,
            "org.apache.hadoop.hive.metastore.IMetaStoreClient",
            "org.apache.iceberg.aws.s3.S3FileIO",
            "software.amazon.awssdk.services.s3.S3Client",
            "org.apache.iceberg.gcp.gcs.GCSFileIO",
            "com.google.cloud.storage.Storage",
            "org.apache.iceberg.azure.adlsv2.ADLSFileIO",
            "com.azure.storage.file.datalake.DataLakeFileClient");

    /** A class in the message of an error about a class that cannot be loaded. */
    private static final Pattern CLASS = Pattern.compile("([a-z_]\\w*[./])+[A-Z]\\w*");

    private Jars() {}

    private static String glue() {
      return ICEBERG.formatted("iceberg-aws")
          + " with software.amazon.awssdk:glue, s3, sts and kms";
    }

    private static String gcp() {
      return ICEBERG.formatted("iceberg-gcp") + " with " + ICEBERG.formatted("iceberg-gcp-bundle");
    }

    private static String azure() {
      return ICEBERG.formatted("iceberg-azure")
          + " with "
          + ICEBERG.formatted("iceberg-azure-bundle");
    }

    /** Returns the jars of the first class that cannot be loaded; empty if all can. */
    static Optional<String> missing(List<String> classes) {
      return classes.stream()
          .filter(name -> !name.isEmpty())
          .flatMap(name -> Stream.of(name, NEEDED_BY.getOrDefault(name, name)))
          .filter(name -> find(name).isEmpty())
          .findFirst()
          .map(name -> of(name).orElse("the class " + name));
    }

    /** Returns the jars of the class that a failure names; empty if it is another failure. */
    static Optional<String> missing(Throwable failure) {
      return causes(failure)
          .flatMap(cause -> Stream.concat(Stream.of(cause), Arrays.stream(cause.getSuppressed())))
          .filter(
              cause ->
                  cause instanceof ClassNotFoundException
                      || cause instanceof LinkageError
                      || cause instanceof NoSuchMethodException)
          .flatMap(
              cause ->
                  CLASS
                      .matcher(String.valueOf(cause.getMessage()))
                      .results()
                      .map(found -> found.group().replace('/', '.')))
          .filter(name -> find(name).isEmpty())
          .map(name -> of(name).orElse("the class " + name))
          .findFirst();
    }

    /** Returns the jar of the driver of a JDBC URL; empty if there is one, or it is another URL. */
    static Optional<String> ofDriver(String uri) {
      Matcher jdbc = Pattern.compile("jdbc:([^:]+):.*", Pattern.DOTALL).matcher(uri);
      if (!jdbc.matches()) {
        return Optional.empty();
      }
      try {
        DriverManager.getDriver(uri);
        return Optional.empty();
      } catch (SQLException e) {
        return Optional.of(
            OF_DATABASE.getOrDefault(
                jdbc.group(1).toLowerCase(Locale.ROOT), "a JDBC driver for " + jdbc.group(1)));
      }
    }

    /** Returns the jars for files at a location; empty if they are there, or it is no location. */
    static Optional<String> ofScheme(String location) {
      int end = location.indexOf("://");
      return end < 0
          ? Optional.empty()
          : missing(List.of(OF_SCHEME.getOrDefault(location.substring(0, end), "")));
    }

    /** Loads a class as Iceberg does. */
    static Optional<Class<?>> find(String name) {
      for (ClassLoader loader :
          Arrays.asList(
              Thread.currentThread().getContextClassLoader(),
              ConfiguredCatalog.class.getClassLoader())) {
        try {
          return Optional.of(Class.forName(name, false, loader));
        } catch (ClassNotFoundException | LinkageError e) {
          LOG.debug("{} is not in {}", name, loader);
        }
      }
      return Optional.empty();
    }

    private static Optional<String> of(String className) {
      return OF_CLASS.entrySet().stream()
          .filter(entry -> className.startsWith(entry.getKey()))
          .max(Map.Entry.comparingByKey((a, b) -> Integer.compare(a.length(), b.length())))
          .map(Map.Entry::getValue);
    }
  }
}
