package io.ringhaul.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.micrometer.core.instrument.MeterRegistry;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.micrometer.JobMetrics;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application with Spring Boot's own session. */
@ClusterTest
class SpringBootIT {

  @TempDir private Path folder;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    BatchWriter orders(CqlSession session) {
      return BatchWriter.over(session);
    }
  }

  @Test
  void countsWithInjectedOperatorAndReportsHealthAndMetrics() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (p int PRIMARY KEY)");
    for (int i = 0; i < 100; i++) {
      TestCluster.session().execute("INSERT INTO " + keyspace + ".t (p) VALUES (" + i + ")");
    }
    CqlSession session;
    try (ConfigurableApplicationContext context = start()) {
      session = context.getBean(CqlSession.class);
      JobMetrics metrics = context.getBean(JobMetrics.class);
      TokenAwareBulkOperator operator = context.getBean(TokenAwareBulkOperator.class);
      assertThat(operator.count(keyspace, "t").onSample(metrics).execute().rows()).isEqualTo(100);

      assertThat(context.getBean(JobStore.class).file()).contains(folder.resolve("jobs.db"));
      HealthIndicator health = context.getBean("ringhaulHealthIndicator", HealthIndicator.class);
      assertThat(health.health().getStatus()).isEqualTo(Status.UP);
      MeterRegistry registry = context.getBean(MeterRegistry.class);
      assertThat(registry.get("ringhaul.job.rows").functionCounter().count()).isEqualTo(100);
      assertThat(registry.get("ringhaul.batch.rows").tag("writer", "orders").functionCounter())
          .isNotNull();

      context.getBean(JobStore.class).close();
      assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
    }
    assertThat(session.isClosed()).isTrue();
    TestCluster.define("DROP KEYSPACE " + keyspace);
  }

  @Test
  void closesOperatorBeforeJobStore() throws InterruptedException {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (p int PRIMARY KEY)");
    for (int i = 0; i < 1_000; i++) {
      TestCluster.session().execute("INSERT INTO " + keyspace + ".t (p) VALUES (" + i + ")");
    }
    UUID id = UUID.randomUUID();
    CompletableFuture<ExportResult> export;
    try (ConfigurableApplicationContext context = start()) {
      JobStore store = context.getBean(JobStore.class);
      export =
          context
              .getBean(TokenAwareBulkOperator.class)
              .export(keyspace, "t")
              .to(CsvTarget.folder(folder.resolve("out")))
              .job(JobOptions.in(store))
              .jobId(id)
              .maxRowsPerSecond(10)
              .executeAsync();
      while (store.find(id).map(Job::status).filter(JobStatus.RUNNING::equals).isEmpty()) {
        assertThat(export).isNotDone();
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
    assertThat(export).isDone();
    // The operator could still store how its job ended.
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      Job job = store.find(id).orElseThrow();
      assertThat(job.status()).as("%s", job).isEqualTo(JobStatus.STOPPED);
    }
    TestCluster.define("DROP KEYSPACE " + keyspace);
  }

  private ConfigurableApplicationContext start() {
    InetSocketAddress node = TestCluster.get().contactPoints().get(0);
    return SpringApplication.run(
        Application.class,
        "--spring.main.web-application-type=none",
        "--spring.main.banner-mode=off",
        "--spring.cassandra.contact-points=" + node.getHostString() + ":" + node.getPort(),
        "--spring.cassandra.local-datacenter=" + TestCluster.get().localDatacenter(),
        "--spring.cassandra.request.timeout=30s",
        "--ringhaul.jobs.file=" + folder.resolve("jobs.db"));
  }
}
