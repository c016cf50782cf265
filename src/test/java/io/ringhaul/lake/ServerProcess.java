package io.ringhaul.lake;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A server on this machine, in a Java process of its own. */
public final class ServerProcess implements AutoCloseable {

  private static final long START_MILLIS = 120_000;

  private final Process process;

  private ServerProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts a server and waits until it accepts connections.
   *
   * @param java the Java program
   * @param arguments JVM options, the main class or {@code -jar}, and the program's arguments
   * @param address where it accepts them
   * @param log receives the output
   */
  public static ServerProcess start(
      String name,
      Path java,
      List<Path> classPath,
      List<String> arguments,
      Map<String, String> environment,
      InetSocketAddress address,
      Path log)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.add("-XX:TieredStopAtLevel=1");
    if (!classPath.isEmpty()) {
      command.add("-cp");
      command.add(
          classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    }
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    ServerProcess server = new ServerProcess(builder.start());
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
    while (!answers(address)) {
      if (!server.process.isAlive() || System.nanoTime() > deadline) {
        server.close();
        throw new IOException(name + " does not start:\n" + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return server;
  }

  /** Returns the program of the Java that runs this test. */
  public static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Returns the address of a port of 127.0.0.1. */
  public static InetSocketAddress local(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static boolean answers(InetSocketAddress address) {
    try (Socket probe = new Socket()) {
      probe.connect(address, 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The processes that the server has started. */
  public List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  /** Ends the server with SIGKILL. */
  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
