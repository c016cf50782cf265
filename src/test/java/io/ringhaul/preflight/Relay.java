package io.ringhaul.preflight;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Lets a server answer at another address of this machine too. */
final class Relay implements AutoCloseable {

  private final ServerSocket listener;
  private final String server;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

  private Relay(ServerSocket listener, String server) {
    this.listener = listener;
    this.server = server;
  }

  static Relay open(String address, String server, int port) throws IOException {
    Relay relay = new Relay(new ServerSocket(port, 50, InetAddress.getByName(address)), server);
    start(relay::accept);
    return relay;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    sockets.forEach(Relay::end);
  }

  private void accept() throws IOException {
    while (!listener.isClosed()) {
      Socket client = listener.accept();
      Socket onward = new Socket(server, listener.getLocalPort());
      sockets.add(client);
      sockets.add(onward);
      start(() -> pass(client, onward));
      start(() -> pass(onward, client));
    }
  }

  private static void pass(Socket from, Socket to) throws IOException {
    try (InputStream in = from.getInputStream()) {
      in.transferTo(to.getOutputStream());
    } finally {
      end(to);
    }
  }

  private static void end(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed already.
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (IOException e) {
                // The other side has gone, or the relay is closed.
              }
            },
            "relay");
    thread.setDaemon(true);
    thread.start();
  }
}
