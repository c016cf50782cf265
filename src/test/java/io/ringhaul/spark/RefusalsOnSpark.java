package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes in an application, each answered by one sentence. */
@ClusterTest
class RefusalsOnSpark {

  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeEach
  void define() {
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, name text)");
  }

  @Test
  void refusesOtherVersionsOfSpark() throws Exception {
    assertThat(refused("org.apache.spark:spark-core_2.12:3.4.4", "none"))
        .containsExactly("Spark 3.4.4 is not supported: Ringhaul runs on Spark 3.5 and 4");
  }

  @Test
  void refusesMissingFactory() throws Exception {
    assertThat(refused(OperationsOnSpark.SPARK, "missing factory"))
        .singleElement()
        .asString()
        .startsWith("There is no SessionFactory, and each executor needs one");
  }

  @Test
  void namesExecutorWithoutNetwork() throws Exception {
    SparkApplication application = application(OperationsOnSpark.SPARK);
    List<String> refused;
    // In local mode there is no executor with a session of its own.
    try (StandaloneSpark cluster = StandaloneSpark.start(application.spark(), folder)) {
      refused = refused(application, cluster.master(), "no network");
    }
    assertThat(refused)
        .singleElement()
        .asString()
        .matches(
            "Counting \\S+ failed. The executor on \\S+ has no connection to the cluster. No node could"
                + " be reached at 127.0.0.1:1. Give contact points that the driver and all executors"
                + " can reach");
  }

  private SparkApplication application(String spark) throws Exception {
    return SparkApplication.compile("RefusedOnSpark", spark, folder);
  }

  private List<String> refused(String spark, String mistake) throws Exception {
    return refused(application(spark), "local[2,4]", mistake);
  }

  private List<String> refused(SparkApplication application, String master, String mistake)
      throws Exception {
    return application.start(master, keyspace, Map.of(), mistake).end();
  }
}
