package io.ringhaul.cli.sandbox;

import java.io.IOException;

/**
 * The main class of a node's process: starts Cassandra and watches the parent process. A parent
 * that receives SIGKILL runs no shutdown hook, but the operating system closes its end of this
 * process's standard input.
 *
 * <p>Only this class is copied to the node's class path, so it must use only the JDK and compile to
 * one class file.
 */
final class NodeMain {

  /** The exit code of a node whose parent process has ended. */
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
        // The parent never writes; any input is not the end.
      }
    } catch (IOException e) {
      // A broken pipe also means that the parent has ended.
    }
    // Not exit(): an orderly shutdown takes seconds, and no process waits for it.
    Runtime.getRuntime().halt(PARENT_GONE);
  }
}
