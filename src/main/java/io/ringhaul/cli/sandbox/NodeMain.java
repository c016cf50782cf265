package io.ringhaul.cli.sandbox;

import java.io.IOException;

/**
 * The main class of a node's process: Cassandra's own, with a watch on the parent. A parent that
 * gets SIGKILL runs no shutdown hook, but the system closes its end of this process's standard
 * input.
 *
 * <p>This class alone is copied onto the node's class path, so it must use nothing but the JDK, and
 * must stay one class file.
 */
final class NodeMain {

  /** The exit code of a node whose parent is gone. */
  static final int PARENT_GONE = 70;

  private NodeMain() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    Thread watch = new Thread(NodeMain::haltWhenParentIsGone, "sandbox-parent-watch");
    watch.setDaemon(true);
    watch.start();
    Class.forName("org.apache.cassandra.service.CassandraDaemon")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }

  private static void haltWhenParentIsGone() {
    try {
      while (System.in.read() >= 0) {
        // The parent never writes; whatever comes is not the end.
      }
    } catch (IOException e) {
      // A broken pipe means the same as its end.
    }
    // Not exit(): an orderly shutdown takes seconds, and nobody is left to wait for it.
    Runtime.getRuntime().halt(PARENT_GONE);
  }
}
