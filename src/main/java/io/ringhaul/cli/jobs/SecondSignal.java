package io.ringhaul.cli.jobs;

import java.lang.reflect.Proxy;

/**
 * Lets a second Ctrl-C or SIGTERM end a process that is ending already and waits for something;
 * Java itself ignores it.
 */
final class SecondSignal {

  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;
  private static final int EXIT_CODE_OF_SIGNALS = 128;

  private SecondSignal() {}

  /** From now on these signals end the process at once, if this Java has what it takes. */
  static void endsTheProcess() {
    try {
      handle("INT", SIGINT);
      handle("TERM", SIGTERM);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Then the process ends when what it waits for does, as Java has it.
    }
  }

  /** By reflection: the class is no part of Java's own API, and need not be there. */
  private static void handle(String name, int number) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object ending =
        Proxy.newProxyInstance(
            SecondSignal.class.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> {
              if (method.getName().equals("handle")) {
                Runtime.getRuntime().halt(EXIT_CODE_OF_SIGNALS + number);
              }
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), ending);
  }
}
