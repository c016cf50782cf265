package io.ringhaul.spring;

import com.datastax.oss.driver.api.core.CqlSession;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.jobstore.StoreLocation;
import io.ringhaul.job.JobStore;
import io.ringhaul.limits.ResourceManager;
import io.ringhaul.micrometer.BatchWriterMetrics;
import io.ringhaul.micrometer.JobMetrics;
import io.ringhaul.spring.RinghaulProperties.Location;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Beans of Ringhaul in a Spring Boot application:
 *
 * <ul>
 *   <li>a {@link TokenAwareBulkOperator} if there is one {@link CqlSession}, or a primary one, and
 *       the application defines no operator; it shares the cluster by the {@link ResourceManager}
 *       of the application if there is one;
 *   <li>a {@link JobStore} if {@code ringhaul.jobs.file} or {@code ringhaul.jobs.url} is set and
 *       the application defines no store;
 *   <li>with Spring Boot's actuator, a health indicator {@code ringhaul}: the session answers, and
 *       the job store, if there is one, can be read;
 *   <li>with a {@link MeterRegistry}, a {@link JobMetrics} for {@code onSample}, and the metrics of
 *       each {@link BatchWriter} bean, with the tag {@code writer} for the name of the bean.
 * </ul>
 *
 * <p>The beans are closed with the context: the operator before the job store and the session.
 */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.autoconfigure.cassandra.CassandraAutoConfiguration",
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnClass(CqlSession.class)
@EnableConfigurationProperties(RinghaulProperties.class)
public class RinghaulAutoConfiguration {

  /**
   * Creates the operator.
   *
   * @param closedAfterOperator makes the operator depend on the job stores, so that its jobs end
   *     before their stores are closed
   */
  @Bean
  @ConditionalOnSingleCandidate(CqlSession.class)
  @ConditionalOnMissingBean
  TokenAwareBulkOperator ringhaulOperator(
      CqlSession session,
      ObjectProvider<ResourceManager> resources,
      List<JobStore> closedAfterOperator) {
    ResourceManager shared = resources.getIfUnique();
    return shared == null
        ? TokenAwareBulkOperator.over(session)
        : TokenAwareBulkOperator.builder(session).resources(shared).build();
  }

  @Bean
  @Conditional(HasJobStoreLocation.class)
  @ConditionalOnMissingBean
  JobStore ringhaulJobStore(RinghaulProperties properties) {
    Location location = properties.jobs();
    if (location.file() != null) {
      return StoreLocation.file(location.file().toAbsolutePath().normalize());
    }
    String url = location.url();
    if (url == null) {
      throw new InvalidSettingException(
          "ringhaul.jobs", "ringhaul.jobs.file and ringhaul.jobs.url are empty");
    }
    Map<String, String> login = new HashMap<>();
    if (location.username() != null) {
      login.put("user", location.username());
    }
    if (location.password() != null) {
      login.put("password", location.password());
    }
    return StoreLocation.postgres(
        url,
        login,
        "ringhaul.jobs.url",
        "add com.zaxxer:HikariCP and org.postgresql:postgresql to the dependencies of the"
            + " application");
  }

  /** Whether a location of the job store is set. */
  static final class HasJobStoreLocation extends AnyNestedCondition {

    HasJobStoreLocation() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnProperty("ringhaul.jobs.file")
    static final class File {}

    @ConditionalOnProperty("ringhaul.jobs.url")
    static final class Url {}
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
  static class HealthConfiguration {

    @Bean
    @ConditionalOnSingleCandidate(CqlSession.class)
    @ConditionalOnEnabledHealthIndicator("ringhaul")
    @ConditionalOnMissingBean(name = "ringhaulHealthIndicator")
    HealthIndicator ringhaulHealthIndicator(CqlSession session, ObjectProvider<JobStore> stores) {
      return new RinghaulHealthIndicator(session, stores);
    }
  }

  private static final class RinghaulHealthIndicator extends AbstractHealthIndicator {

    /** The identifier of no job: finding it reads the store's table. */
    private static final UUID NO_JOB = new UUID(0, 0);

    private final CqlSession session;
    private final ObjectProvider<JobStore> stores;

    RinghaulHealthIndicator(CqlSession session, ObjectProvider<JobStore> stores) {
      super("The health check of Ringhaul failed");
      this.session = session;
      this.stores = stores;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
      session.execute("SELECT key FROM system.local");
      stores.stream().forEach(store -> store.find(NO_JOB));
      health.up();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterBinder.class)
  @ConditionalOnBean(MeterRegistry.class)
  static class MetricsConfiguration {

    /** Spring Boot binds it to the registries. */
    @Bean
    @ConditionalOnMissingBean
    JobMetrics ringhaulJobMetrics() {
      return new JobMetrics();
    }

    /** Spring Boot binds it to the registries. */
    @Bean
    MeterBinder ringhaulBatchWriterMetrics(ListableBeanFactory beans) {
      return registry ->
          beans
              .getBeansOfType(BatchWriter.class)
              .forEach(
                  (name, writer) ->
                      new BatchWriterMetrics(writer, Tags.of("writer", name)).bindTo(registry));
    }
  }
}
