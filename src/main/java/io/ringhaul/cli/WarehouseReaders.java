package io.ringhaul.cli;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * How other programs open a table of a local warehouse, as lines to copy. The same lines, with a
 * sample path, are in docs/opening-iceberg-tables.md.
 *
 * @param warehouse an absolute path
 * @param table namespace and name
 */
record WarehouseReaders(Path warehouse, String table) {

  private static final String TEXT =
      """

      The catalog is called ringhaul. How to open the table elsewhere:

      Spark 3.5:

      spark-sql \\
        --packages org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0,org.xerial:sqlite-jdbc:3.53.4.0 \\
        --conf spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions \\
        --conf spark.sql.catalog.ringhaul=org.apache.iceberg.spark.SparkCatalog \\
        --conf spark.sql.catalog.ringhaul.type=jdbc \\
        --conf 'spark.sql.catalog.ringhaul.uri=jdbc:sqlite:%1$s/catalog.db' \\
        --conf 'spark.sql.catalog.ringhaul.warehouse=file:%1$s' \\
        -e 'SELECT count(*) FROM ringhaul.%2$s'

      PyIceberg, after pip install 'pyiceberg[sql-sqlite,pyarrow]':

      from pyiceberg.catalog import load_catalog
      catalog = load_catalog("ringhaul", type="sql", uri="sqlite:///%1$s/catalog.db")
      print(catalog.load_table("%2$s").scan().to_arrow().num_rows)

      Trino, as etc/catalog/ringhaul.properties, with sqlite-jdbc in plugin/iceberg and the folder on each node:

      connector.name=iceberg
      iceberg.catalog.type=jdbc
      iceberg.jdbc-catalog.catalog-name=ringhaul
      iceberg.jdbc-catalog.driver-class=org.sqlite.JDBC
      iceberg.jdbc-catalog.connection-url=jdbc:sqlite:%1$s/catalog.db
      iceberg.jdbc-catalog.default-warehouse-dir=file:%1$s
      fs.hadoop.enabled=true

      DuckDB, which reads one version of the table without the catalog:

      INSTALL iceberg; LOAD iceberg;
      SELECT count(*) FROM iceberg_scan('%3$s');
      """;

  /** The lines, with the table's newest metadata file. */
  String text() {
    return TEXT.formatted(warehouse, table, metadata());
  }

  /** The one of the highest number, with which the names begin. */
  private Path metadata() {
    Path folder = warehouse.resolve(table.replace('.', '/')).resolve("metadata");
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".metadata.json"))
          .max(Comparator.comparing(Path::getFileName))
          .orElseThrow(() -> new IOException("it has no metadata file"));
    } catch (IOException e) {
      throw new StorageException(
          folder.toString(), "The folder " + folder + " cannot be read: " + e.getMessage(), e);
    }
  }
}
