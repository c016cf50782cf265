package io.ringhaul.lake;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.iceberg.Orders;
import io.ringhaul.internal.iceberg.RestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalog issues credentials that end several times during an export and an import. */
@ClusterTest
class VendedCredentialsLake {

  private static final int ORDERS = 1_000;
  private static final Duration LIFE = Duration.ofSeconds(8);
  private static final String S3 = "org.apache.iceberg.aws.s3.S3FileIO";
  private static final Pattern TOKEN =
      Pattern.compile("(?i)\r\nX-Amz-Security-Token: *(ends-([0-9]+))");

  /** The tokens that the storage has accepted. */
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();

  @TempDir private Path folder;

  @Test
  void renewsCredentialsThatEndDuringTheFirstExportOfATable() throws Exception {
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(1);
    Orders.create(keyspace + ".orders");
    Orders.create(keyspace + ".copy");
    for (int id = 0; id < ORDERS; id += 250) {
      Orders.insert(session, keyspace + ".orders", id, id + 250);
    }
    try (ObjectStore store = ObjectStore.start(folder.resolve("objects"));
        FaultyProxy proxy = new FaultyProxy(store.endpoint());
        JdbcCatalog catalog = new JdbcCatalog();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      Map<String, String> behind = new HashMap<>(store.properties());
      behind.put("uri", "jdbc:sqlite:" + folder.resolve("catalog.db"));
      behind.put("warehouse", store.bucket("lake"));
      behind.put("io-impl", S3);
      behind.put("jdbc.schema-version", "V1");
      catalog.initialize("behind", behind);
      Map<String, String> config = new HashMap<>(ObjectStore.properties(proxy.endpoint()));
      config.remove("s3.access-key-id");
      config.remove("s3.secret-access-key");
      proxy.faults(this::checkedSlowly);
      try (RestServer server = new RestServer(catalog, config)) {
        server.issueCredentials(LIFE);
        try (RESTCatalog client = server.client(Map.of("io-impl", S3))) {
          operator
              .export(keyspace, "orders")
              .to(IcebergTarget.catalog(client).table("lake.orders"))
              .taskCount(16)
              .parallelism(1)
              .execute();
          operator
              .importInto(keyspace, "copy")
              .from(IcebergSource.catalog(client).table("lake.orders"))
              .execute();
        }
      }
    }
    assertThat(accepted).hasSizeGreaterThan(3);
    assertThat(Orders.bytesById(session, keyspace + ".copy"))
        .isEqualTo(Orders.bytesById(session, keyspace + ".orders"))
        .hasSize(ORDERS);
  }

  /** Rejects requests without a token and those whose token has ended; delays writes. */
  private Optional<FaultyProxy.Fault> checkedSlowly(String head) {
    Matcher token = TOKEN.matcher(head);
    if (!token.find()) {
      return Optional.of(new FaultyProxy.Fault(403, "AccessDenied"));
    }
    if (System.currentTimeMillis() > Long.parseLong(token.group(2))) {
      return Optional.of(new FaultyProxy.Fault(403, "ExpiredToken"));
    }
    accepted.add(token.group(1));
    if (head.startsWith("PUT")) {
      try {
        TimeUnit.MILLISECONDS.sleep(2_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return Optional.empty();
  }
}
