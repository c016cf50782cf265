package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobStore;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Loads the classes that commands use, so that the launcher script can have the JVM list them for
 * its shared class archive. Needs no cluster: exports and imports a few rows in each format, starts
 * a count on a port without a listener, and loads the remaining classes by name.
 */
final class StartUpClasses {

  private static final Pattern JARS =
      Pattern.compile("(ringhaul|java-driver-core|native-protocol|netty|jackson)-.*\\.jar");

  private static final Pattern CLASS = Pattern.compile("(?!META-INF/).*(?<!-info)\\.class");

  /** After this many rows, the JVM has fully compiled the methods that run per row. */
  private static final int ROWS_FOR_PROFILES = 50_000;

  private StartUpClasses() {}

  /**
   * Runs the rehearsal; exits with the exit code of a count that found no node.
   *
   * @param arguments an empty folder, in which files remain
   */
  public static void main(String[] arguments) throws IOException {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      File file = new File(entry);
      if (JARS.matcher(file.getName()).matches()) {
        names(file).forEach(StartUpClasses::load);
      }
    }
    Path folder = Path.of(arguments[0]);
    JobStore.file(folder.resolve("jobs.db")).close();
    boolean keepsProfiles = Runtime.version().feature() >= 25;
    new FormatRehearsal(folder, keepsProfiles ? ROWS_FOR_PROFILES : 1).run();
    Main.main(new String[] {"count", "k.t", "--contact-point", "127.0.0.1:" + freePort()});
  }

  private static List<String> names(File jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar)) {
      return zip.stream()
          .map(ZipEntry::getName)
          .filter(CLASS.asMatchPredicate())
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }

  private static void load(String name) {
    try {
      Class.forName(name, false, StartUpClasses.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // The class needs a library that is not on the class path, so no command loads it.
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /**
   * Exports and imports rows in each format without a cluster, to load the classes and, on JVMs
   * that keep profiles, to record method profiles.
   */
  static final class FormatRehearsal {

    private static final TableDescription TABLE =
        new TableDescription(
            "k",
            "t",
            List.of(
                new ColumnDescription("a", DataTypes.BIGINT, Kind.PARTITION_KEY),
                new ColumnDescription("b", DataTypes.UUID, Kind.CLUSTERING),
                new ColumnDescription("c", DataTypes.TEXT, Kind.REGULAR),
                new ColumnDescription("d", DataTypes.DECIMAL, Kind.REGULAR),
                new ColumnDescription("e", DataTypes.INT, Kind.REGULAR),
                new ColumnDescription("f", DataTypes.DATE, Kind.REGULAR),
                new ColumnDescription("g", DataTypes.TIMESTAMP, Kind.REGULAR)));

    private final Path folder;
    private final int rows;
    private final List<ByteBuffer> row =
        List.of(
            TypeCodecs.BIGINT.encode(1L, ProtocolVersion.DEFAULT),
            TypeCodecs.UUID.encode(new UUID(1, 2), ProtocolVersion.DEFAULT),
            TypeCodecs.TEXT.encode("text", ProtocolVersion.DEFAULT),
            TypeCodecs.DECIMAL.encode(new BigDecimal("1.50"), ProtocolVersion.DEFAULT),
            TypeCodecs.INT.encode(3, ProtocolVersion.DEFAULT),
            TypeCodecs.DATE.encode(LocalDate.EPOCH, ProtocolVersion.DEFAULT),
            TypeCodecs.TIMESTAMP.encode(Instant.EPOCH, ProtocolVersion.DEFAULT));

    /**
     * @param folder an empty folder, in which files remain
     * @param rows number of rows per format
     */
    FormatRehearsal(Path folder, int rows) {
      this.folder = folder;
      this.rows = rows;
    }

    /** Returns the number of rows read back. */
    int run() {
      Path csv = folder.resolve("csv");
      Path json = folder.resolve("json");
      Path parquet = folder.resolve("parquet");
      Path warehouse = folder.resolve("warehouse");
      return roundTrip(CsvTarget.folder(csv), CsvSource.at(csv))
          + roundTrip(JsonTarget.folder(json), JsonSource.at(json))
          + roundTrip(ParquetTarget.folder(parquet), ParquetSource.at(parquet))
          + roundTrip(
              IcebergTarget.warehouse(warehouse), IcebergSource.warehouse(warehouse).table("k.t"));
    }

    private int roundTrip(ExportTarget target, ImportSource source) {
      write(target);
      return read(source);
    }

    private void write(ExportTarget target) {
      List<ColumnDescription> columns = TABLE.columns();
      try (TargetSession session = target.open()) {
        TargetPlan plan =
            session.plan(
                new ExportDescription(
                    UUID.randomUUID(), TABLE, columns, 1, TokenRangeSet.wholeRing(), Map.of()));
        TaskOutput output;
        try (TaskWriter writer = session.openTask(plan, columns, 0)) {
          for (int i = 0; i < rows; i++) {
            writer.write(row::get);
          }
          output = writer.finish();
        }
        session.commit(plan, List.of(output));
      }
    }

    private static int read(ImportSource source) {
      int rows = 0;
      try (SourceSession session = source.open()) {
        SourcePlan plan = session.plan(TABLE, List.of(), OptionalInt.empty());
        for (SourceTask task : plan.tasks()) {
          try (RowReader reader = session.open(plan, TABLE.select(plan.columns()), task)) {
            while (reader.next() != null) {
              rows++;
            }
          }
        }
      }
      return rows;
    }
  }
}
