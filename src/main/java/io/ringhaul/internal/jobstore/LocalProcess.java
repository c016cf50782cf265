package io.ringhaul.internal.jobstore;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * This process, and the detection of others on its machine.
 *
 * @param host the name of the machine, for messages
 * @param machine distinguishes machines whose processes cannot see one another: two containers may
 *     have the same name, and process ids start anew when a machine starts
 * @param pid the id of this process
 * @param mark distinguishes processes that successively had the same id
 * @param start when this process started
 */
record LocalProcess(String host, String machine, long pid, String mark, Instant start) {

  private static final Path PROC = Path.of("/proc");

  /** Where the fields of a process's stat file begin, counted behind its name, from 0. */
  private static final int STATE = 0;

  private static final int START_TICKS = 19;

  /** The process that runs this. */
  static LocalProcess current() {
    ProcessHandle self = ProcessHandle.current();
    String host = hostName();
    return new LocalProcess(
        host,
        machine(host),
        self.pid(),
        mark(self.pid()).orElse(""),
        self.info().startInstant().orElse(Instant.EPOCH));
  }

  /** Whether a process of this machine lives. */
  boolean sees(String otherMark, long otherPid) {
    return mark(otherPid).filter(otherMark::equals).isPresent();
  }

  /**
   * When the process began, empty if there is none of that number. On Linux in ticks since the
   * machine's start: the instant that Java gives there moves with the clock, so that two processes
   * may see different ones.
   */
  static Optional<String> mark(long pid) {
    Path stat = PROC.resolve(Long.toString(pid)).resolve("stat");
    if (Files.isReadable(PROC.resolve("self/stat"))) {
      return fields(stat)
          .filter(fields -> !fields[STATE].equals("Z") && !fields[STATE].equals("X"))
          .map(fields -> fields[START_TICKS]);
    }
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .map(each -> each.info().startInstant().map(Instant::toString).orElse(""));
  }

  /** The fields behind the name, which is in parentheses and may have spaces and parentheses. */
  private static Optional<String[]> fields(Path stat) {
    try {
      String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
      String[] fields = line.substring(line.lastIndexOf(')') + 1).trim().split(" ", -1);
      return fields.length > START_TICKS ? Optional.of(fields) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String machine(String host) {
    try {
      return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).trim()
          + " "
          + Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
    } catch (IOException | UnsupportedOperationException e) {
      return host;
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
