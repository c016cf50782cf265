package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.ForeignClassPath;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.interop.JavaProgram;
import io.ringhaul.parquet.ParquetSource;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application on Spark's own class path, with the jar for Spark. */
@ClusterTest
class OperationsOnSpark {

  private static final String PROGRAM = "RunOnSpark";
  private static final int ROWS = 3_000;

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"org.apache.spark:spark-core_2.12:3.5.7"})
  void countsAndExportsExactly(String spark) throws Exception {
    insert();
    List<String> lines =
        run(
            spark,
            "local[2,4]",
            "count",
            "iceberg",
            "partitioned",
            "parquet",
            "csv",
            "broken",
            "resumed",
            "unserializable");

    assertThat(lines)
        .hasSize(8)
        .startsWith(
            "count: " + ROWS,
            "iceberg: " + ROWS,
            "partitioned: " + ROWS,
            "parquet: " + ROWS,
            "csv: " + ROWS)
        .contains("resumed: " + ROWS);
    assertThat(lines.get(5)).startsWith("broken failed: ").contains("a failure on purpose");
    assertThat(lines.get(7))
        .contains("unserializable failed: ")
        .contains("refers to an object of java.lang.Thread, which is not serializable");
    String table = keyspace + ".t";
    assertEqual(IcebergSource.warehouse(folder.resolve("iceberg")).table(table));
    assertEqual(IcebergSource.warehouse(folder.resolve("partitioned")).table(table));
    assertEqual(IcebergSource.warehouse(folder.resolve("resumed")).table(table));
    assertEqual(ParquetSource.at(folder.resolve("parquet")));
    assertEqual(CsvSource.at(folder.resolve("csv")));
  }

  private void insert() {
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, name text)");
    for (int id = 0; id < ROWS; id++) {
      session.execute(
          String.format("INSERT INTO %s.t (id, name) VALUES (%d, 'name %2$d')", keyspace, id));
    }
  }

  private void assertEqual(ImportSource source) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(operator.verify(keyspace, "t").against(source).execute().isEqual()).isTrue();
    }
  }

  /** Runs the application and returns the lines that it prints. */
  private List<String> run(String spark, String master, String... actions) throws Exception {
    List<Path> classPath = new ArrayList<>(ForeignClassPath.of("Spark", spark));
    classPath.add(Path.of(System.getProperty("ringhaul.spark.jar")));
    classPath.add(compiled(classPath));
    List<String> options = new ArrayList<>(List.of("-Xmx1g", "-Dspark.master=" + master));
    options.add("-Dspark.app.name=test");
    options.add("-Dspark.ui.enabled=false");
    options.add("-Dspark.driver.bindAddress=127.0.0.1");
    JavaProgram.SPARK_OPENS.forEach(each -> options.add("--add-opens=" + each + "=ALL-UNNAMED"));
    InetSocketAddress contact = TestCluster.get().contactPoints().get(0);
    List<String> arguments = new ArrayList<>();
    arguments.add(contact.getHostString() + ":" + contact.getPort());
    arguments.add(datacenter());
    arguments.add(keyspace);
    arguments.add(folder.toString());
    arguments.addAll(List.of(actions));
    JavaProgram.Run run =
        new JavaProgram(classPath, options, PROGRAM, folder)
            .run(arguments.toArray(String[]::new))
            .requireExit(0);
    return Files.readAllLines(run.out());
  }

  private String datacenter() {
    return Objects.requireNonNull(
        session.getMetadata().getNodes().values().iterator().next().getDatacenter());
  }

  private Path compiled(List<Path> classPath) throws IOException {
    Path source = folder.resolve(PROGRAM + ".java");
    try (InputStream in = OperationsOnSpark.class.getResourceAsStream(PROGRAM + ".java")) {
      Files.copy(Objects.requireNonNull(in), source);
    }
    Path classes = Files.createDirectory(folder.resolve("classes"));
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-d",
                classes.toString(),
                "-cp",
                classPath.stream()
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator)),
                source.toString());
    assertThat(exit).isZero();
    return classes;
  }
}
