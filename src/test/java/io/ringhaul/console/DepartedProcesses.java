package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Simulates jobs whose processes were killed. */
final class DepartedProcesses {

  private DepartedProcesses() {}

  /** Wraps the store so that its jobs have not reported for a long time. */
  static JobStore over(JobStore store) {
    return over(store, () -> true);
  }

  /** Same, from the moment on from which the processes are gone. */
  static JobStore over(JobStore store, BooleanSupplier areGone) {
    return (JobStore)
        Proxy.newProxyInstance(
            JobStore.class.getClassLoader(),
            store.getClass().getInterfaces(),
            (proxy, method, arguments) -> {
              if (!areGone.getAsBoolean()) {
                return answer(store, method, arguments);
              }
              if (method.getName().equals("list")) {
                return store.list().stream().map(DepartedProcesses::silent).toList();
              }
              if (method.getName().equals("find")) {
                return store.find((UUID) arguments[0]).map(DepartedProcesses::silent);
              }
              return answer(store, method, arguments);
            });
  }

  private static @Nullable Object answer(
      JobStore store, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  private static Job silent(Job job) {
    return new Job(
        job.id(),
        job.name(),
        job.description(),
        job.labels(),
        job.kind(),
        job.status(),
        job.created(),
        job.started(),
        job.runStarted(),
        job.completed(),
        job.runTime(),
        job.figures(),
        job.definition(),
        job.plan(),
        job.run(),
        job.owner().map(DepartedProcesses::silent),
        job.error());
  }

  private static JobOwner silent(JobOwner owner) {
    return new JobOwner(owner.host(), owner.pid(), owner.processStart(), Instant.EPOCH);
  }
}
