package io.ringhaul.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.job.JobStore;
import io.ringhaul.micrometer.JobMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The beans of applications without a session. */
class RinghaulAutoConfigurationTest {

  @TempDir private Path folder;

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(RinghaulAutoConfiguration.class));

  @Test
  void addsNothingWithoutSessionAndLocation() {
    application.run(
        context ->
            assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(TokenAwareBulkOperator.class)
                .doesNotHaveBean(JobStore.class)
                .doesNotHaveBean(HealthIndicator.class)
                .doesNotHaveBean(JobMetrics.class));
  }

  @Test
  void startsWithoutActuatorAndMicrometer() {
    application
        .withClassLoader(
            new FilteredClassLoader("org.springframework.boot.actuate", "io.micrometer"))
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void opensJobStoreInFile() {
    Path file = folder.resolve("new/jobs.db");
    application
        .withPropertyValues("ringhaul.jobs.file=" + file)
        .run(
            context -> {
              assertThat(context).hasSingleBean(JobStore.class);
              assertThat(context.getBean(JobStore.class).file()).contains(file);
              assertThat(context.getBean(JobStore.class).list()).isEmpty();
              assertThat(file.resolveSibling("jobs.db-wal")).exists();
            });
    // SQLite removes it when the last connection is closed.
    assertThat(file.resolveSibling("jobs.db-wal")).doesNotExist();
  }

  @Test
  void keepsJobStoreOfApplication() {
    application
        .withPropertyValues("ringhaul.jobs.file=" + folder.resolve("jobs.db"))
        .withBean("own", JobStore.class, JobStore::inMemory)
        .run(
            context -> {
              assertThat(context).hasSingleBean(JobStore.class).hasBean("own");
              assertThat(folder.resolve("jobs.db")).doesNotExist();
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ringhaul.jobstore=jobs.db;ringhaul.unknown=1;unknown",
        "ringhaul.jobs.path=jobs.db;x=y;ringhaul.jobs.path",
        "ringhaul.jobs.file=jobs.db;ringhaul.jobs.url=jdbc:postgresql:jobs;Both"
            + " ringhaul.jobs.file and ringhaul.jobs.url are set",
        "ringhaul.jobs.url=jdbc:mysql:jobs;x=y;does not begin with jdbc:postgresql:",
        "ringhaul.jobs.username=me;x=y;need ringhaul.jobs.url"
      })
  void refusesUnsuitableProperties(String text) {
    String[] parts = text.split(";", -1);
    application
        .withPropertyValues(parts[0], parts[1])
        .run(context -> assertThat(context).getFailure().rootCause().message().contains(parts[2]));
  }

  @Test
  void addsJobMetricsToRegistry() {
    application
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .run(context -> assertThat(context).hasSingleBean(JobMetrics.class));
  }

  @Test
  void describesEveryProperty() throws IOException {
    try (InputStream stream =
        getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
      assertThat(new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8))
          .contains(
              "\"ringhaul.jobs.file\"",
              "\"ringhaul.jobs.url\"",
              "\"ringhaul.jobs.username\"",
              "\"ringhaul.jobs.password\"",
              "SQLite file of the job store");
    }
  }
}
