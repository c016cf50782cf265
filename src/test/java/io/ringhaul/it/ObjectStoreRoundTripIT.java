package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.lake.ObjectStore;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.seeds.Seeds;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table survives a round trip through an object store in each format of files. */
@ClusterTest
class ObjectStoreRoundTripIT {

  private static final int ROWS = 1_000;

  @TempDir private Path folder;

  @Test
  void roundTripsEveryFormat() throws Exception {
    long seed = Seeds.next();
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(3);
    OrdersTable orders = new OrdersTable(session, keyspace, seed);
    orders.createType();
    orders.create("orders");
    orders.insert("orders", ROWS);
    try (ObjectStore store = ObjectStore.start(folder);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      String bucket = store.bucket("lake");
      Map<String, String> storage = store.properties();
      Map<String, ExportTarget> targets = new HashMap<>();
      Map<String, ImportSource> sources = new HashMap<>();
      URI csv = URI.create(bucket + "/csv");
      targets.put(
          "csv",
          CsvTarget.folder(csv).storage(storage).compression(Compression.GZIP).maxFileSize(60_000));
      sources.put("csv", CsvSource.at(csv).storage(storage));
      URI json = URI.create(bucket + "/a/b/json/");
      targets.put("json", JsonTarget.folder(json).storage(storage));
      sources.put("json", JsonSource.at(bucket + "/a/*/json/*.json").storage(storage));
      URI parquet = URI.create(bucket + "/parquet");
      targets.put("parquet", ParquetTarget.folder(parquet).storage(storage).maxFileSize(60_000));
      sources.put("parquet", ParquetSource.at(parquet).storage(storage));
      for (Map.Entry<String, ExportTarget> target : targets.entrySet()) {
        String format = target.getKey();
        ExportResult exported = operator.export(keyspace, "orders").to(target.getValue()).execute();
        assertThat(exported.rows()).as("%s, seed %d", format, seed).isEqualTo(ROWS);
        orders.create("from_" + format);
        operator
            .importInto(keyspace, "from_" + format)
            .from(Objects.requireNonNull(sources.get(format)))
            .execute();
        RawTables.assertSame(session, keyspace, "orders", "from_" + format, ROWS, seed);
      }
    }
  }

  @Test
  void resumesAnExportDuringWhichTheStoreWasDown() throws Exception {
    long seed = Seeds.next();
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(3);
    OrdersTable orders = new OrdersTable(session, keyspace, seed);
    orders.createType();
    orders.create("orders");
    orders.create("restored");
    orders.insert("orders", ROWS);
    try (ObjectStore store = ObjectStore.start(folder);
        JobStore jobs = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      Map<String, String> storage = new HashMap<>(store.properties());
      storage.put("s3.retry.num-retries", "1");
      URI uri = URI.create(store.bucket("lake") + "/out");
      UUID id = UUID.randomUUID();
      JobOptions job = JobOptions.in(jobs);
      assertThatThrownBy(
              () ->
                  operator
                      .export(keyspace, "orders")
                      .taskCount(6)
                      .parallelism(1)
                      .to(CsvTarget.folder(uri).storage(storage))
                      .onProgress(
                          progress -> {
                            if (progress.rows() > 0) {
                              pause(store);
                            }
                          })
                      .maxRowsPerSecond(500)
                      .job(job)
                      .jobId(id)
                      .execute())
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining(uri.toString())
          .hasMessageContaining("nothing answers there");
      store.resume();
      ExportResult exported =
          operator
              .export(keyspace, "orders")
              .taskCount(6)
              .to(CsvTarget.folder(uri).storage(storage))
              .job(job.resuming())
              .jobId(id)
              .execute();
      assertThat(exported.rows()).isEqualTo(ROWS);
      operator.importInto(keyspace, "restored").from(CsvSource.at(uri).storage(storage)).execute();
      RawTables.assertSame(session, keyspace, "orders", "restored", ROWS, seed);
      try (Stream<Path> files = Files.list(store.path("lake/out"))) {
        List<String> names = files.map(file -> file.getFileName().toString()).toList();
        assertThat(names).hasSize(exported.files() + 1);
      }
    }
  }

  private static void pause(ObjectStore store) {
    try {
      store.pause();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
