package io.ringhaul.cli.jobs;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * Lets a second Ctrl-C or SIGTERM end a process that is waiting in its shutdown; Java ignores
 * further signals by default.
 */
public final class SecondSignal {

  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;
  private static final int EXIT_CODE_OF_SIGNALS = 128;

  private SecondSignal() {}

  /**
   * Makes these signals end the process immediately from now on, if this Java supports it.
   *
   * @param first runs before the process ends
   */
  public static void endsTheProcess(Runnable first) {
    handle(
        number -> {
          first.run();
          Runtime.getRuntime().halt(EXIT_CODE_OF_SIGNALS + number);
        });
  }

  /** Runs work on the first of these signals, which does not end the process; a second one does. */
  static void firstRuns(Runnable work) {
    AtomicBoolean isFirst = new AtomicBoolean(true);
    handle(
        number -> {
          if (!isFirst.getAndSet(false)) {
            Runtime.getRuntime().halt(EXIT_CODE_OF_SIGNALS + number);
          }
          work.run();
        });
  }

  private static void handle(IntConsumer work) {
    try {
      handle("INT", SIGINT, work);
      handle("TERM", SIGTERM, work);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Without support, the process ends when its shutdown hooks end.
    }
  }

  /** Uses reflection: the class is not part of Java's standard API and may be missing. */
  private static void handle(String name, int number, IntConsumer work)
      throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object ending =
        Proxy.newProxyInstance(
            SecondSignal.class.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> {
              if (method.getName().equals("handle")) {
                work.accept(number);
              }
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), ending);
  }
}
