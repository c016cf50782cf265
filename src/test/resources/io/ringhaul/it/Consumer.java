import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.hadoop.HadoopCatalog;
import org.apache.iceberg.jdbc.JdbcCatalog;

/**
 * An application of somebody else: counts a table, and copies it through every format. A test
 * compiles it and runs it on what a build resolves for README's dependencies. Arguments: host,
 * port, data centre, keyspace, the beginning of the copies' names, a folder, and whether to use
 * catalogs that keep their files by Iceberg's HadoopFileIO too.
 */
public final class Consumer {

  private static final String TABLE = "orders";
  private static final String LAKE = "lake.orders";

  private final TokenAwareBulkOperator operator;
  private final String keyspace;
  private final String prefix;

  private Consumer(TokenAwareBulkOperator operator, String keyspace, String prefix) {
    this.operator = operator;
    this.keyspace = keyspace;
    this.prefix = prefix;
  }

  public static void main(String[] arguments) throws Exception {
    InetSocketAddress node = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    try (CqlSession session =
            CqlSession.builder().addContactPoint(node).withLocalDatacenter(arguments[2]).build();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      Consumer consumer = new Consumer(operator, arguments[3], arguments[4]);
      consumer.run(Path.of(arguments[5]));
      if (Boolean.parseBoolean(arguments[6])) {
        consumer.runOnHadoopFiles(Path.of(arguments[5]));
      }
    }
  }

  private void run(Path folder) {
    System.out.println("counted " + operator.count(keyspace, TABLE).execute().rows());
    Path csv = folder.resolve("csv");
    copy("csv", CsvTarget.folder(csv), CsvSource.at(csv));
    Path json = folder.resolve("json");
    copy("json", JsonTarget.folder(json), JsonSource.at(json));
    Path parquet = folder.resolve("parquet");
    copy("parquet", ParquetTarget.folder(parquet), ParquetSource.at(parquet));
    Path warehouse = folder.resolve("warehouse");
    copy(
        "iceberg",
        IcebergTarget.warehouse(warehouse).table(LAKE),
        IcebergSource.warehouse(warehouse).table(LAKE));
  }

  private void runOnHadoopFiles(Path folder) throws Exception {
    try (HadoopCatalog catalog =
        new HadoopCatalog(new Configuration(), "file:" + folder.resolve("hadoop"))) {
      copy("hadoop", catalog);
    }
    try (JdbcCatalog catalog = new JdbcCatalog()) {
      catalog.initialize(
          "jdbc",
          Map.of(
              "uri",
              "jdbc:sqlite:" + folder.resolve("jdbc.db"),
              "warehouse",
              "file:" + folder.resolve("jdbc")));
      copy("jdbc", catalog);
    }
  }

  private void copy(String name, Catalog catalog) {
    copy(
        name,
        IcebergTarget.catalog(catalog).table(LAKE),
        IcebergSource.catalog(catalog).table(LAKE));
  }

  private void copy(String name, ExportTarget target, ImportSource source) {
    ExportResult exported = operator.export(keyspace, TABLE).to(target).execute();

    ImportResult imported =
        operator.importInto(keyspace, prefix + name).from(source).createTable().execute();
    System.out.println(name + " exported " + exported.rows() + " and imported " + imported.rows());
  }
}
