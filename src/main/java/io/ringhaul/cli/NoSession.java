package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import java.lang.reflect.Proxy;

/** Stands for the cluster where a request is made and not run. */
final class NoSession {

  private NoSession() {}

  static CqlSession create() {
    return (CqlSession)
        Proxy.newProxyInstance(
            CqlSession.class.getClassLoader(),
            new Class<?>[] {CqlSession.class},
            (proxy, method, arguments) -> {
              throw new IllegalStateException("There is no cluster to ask for " + method);
            });
  }
}
