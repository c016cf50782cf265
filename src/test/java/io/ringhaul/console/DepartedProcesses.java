package io.ringhaul.console;

import io.ringhaul.internal.jobstore.Jobs;
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
    return Jobs.copy(job, job.created(), job.owner().map(DepartedProcesses::silent));
  }

  private static JobOwner silent(JobOwner owner) {
    return new JobOwner(owner.host(), owner.pid(), owner.processStart(), Instant.EPOCH);
  }
}
