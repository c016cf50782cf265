package io.ringhaul.console;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.JobStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.function.Predicate;

/** A job store with failing calls. */
final class UnsteadyStore {

  private UnsteadyStore() {}

  /**
   * Wraps a store.
   *
   * @param fails receives the method name of each call of the store and its telemetry; true fails
   *     the call
   */
  static JobStore over(JobStore store, Predicate<String> fails) {
    JobTelemetry telemetry = proxy(JobTelemetry.class, JobTelemetry.of(store), fails);
    return proxy(JobStore.class, store, fails, telemetry);
  }

  private static <T> T proxy(Class<T> type, T real, Predicate<String> fails, Object... telemetry) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            real.getClass().getInterfaces(),
            (proxy, method, arguments) -> {
              if (method.getName().equals("telemetry")) {
                return telemetry[0];
              }
              if (fails.test(method.getName())) {
                throw new StorageException("jobs", "The store is busy", null);
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            }));
  }
}
