package io.ringhaul.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jline.nativ.CLibrary;
import org.jline.nativ.Kernel32;
import org.jspecify.annotations.Nullable;

/**
 * Standard error that is a terminal: text that scrolls, and below it lines that are redrawn in
 * place. Text of other writers, such as warnings of libraries, removes the lines first; the next
 * drawing puts them below it.
 */
final class TerminalScreen {

  private static final int USUAL_WIDTH = 80;
  private static final int NARROWEST = 20;

  private static final String CLEAR_BELOW = "\033[J";

  private static volatile @Nullable TerminalScreen installed;

  private final PrintStream terminal;
  private final Charset charset;
  private final boolean hasColours;

  /** The lengths of the lines on the screen, in characters. */
  private List<Integer> drawn = List.of();

  private boolean isAtLineStart = true;

  /**
   * What the terminal can show.
   *
   * @param width the number of columns
   * @param hasBlocks whether it shows the block characters of Unicode
   * @param hasColours whether it shows colours, and the user wants them
   */
  record Look(int width, boolean hasBlocks, boolean hasColours) {}

  /** A line and its length on the screen, which has no escape sequences. */
  record Line(String text, int length) {}

  private TerminalScreen(PrintStream terminal, Charset charset, boolean hasColours) {
    this.terminal = terminal;
    this.charset = charset;
    this.hasColours = hasColours;
  }

  /**
   * Puts the screen in place of {@code System.err}. Does nothing on a terminal that cannot move its
   * cursor.
   */
  static void install(Map<String, String> environment) {
    if (installed != null || "dumb".equals(environment.get("TERM"))) {
      return;
    }
    String noColour = environment.getOrDefault("NO_COLOR", "");
    TerminalScreen screen = new TerminalScreen(System.err, charsetOfTerminal(), noColour.isEmpty());
    System.setErr(new PrintStream(screen.new Scrolling(), true, screen.charset));
    installed = screen;
  }

  /** The width of standard output in columns; the maximum if it is no terminal. */
  static int widthOfOutput() {
    return Window.width(Window.STANDARD_OUTPUT).orElse(Integer.MAX_VALUE);
  }

  /** The screen; empty if standard error is no terminal. */
  static Optional<TerminalScreen> get() {
    return Optional.ofNullable(installed);
  }

  Look look() {
    return new Look(
        Math.max(NARROWEST, Window.width(Window.STANDARD_ERROR).orElse(USUAL_WIDTH)),
        charset.equals(StandardCharsets.UTF_8),
        hasColours);
  }

  /**
   * Draws the lines in place of those of the last call. A line that is as long as the terminal is
   * wide would make it scroll.
   */
  synchronized void draw(List<Line> lines, int width) {
    if (!isAtLineStart) {
      // Another writer has not ended its line.
      return;
    }
    StringBuilder text = new StringBuilder(back(width));
    for (int i = 0; i < lines.size(); i++) {
      text.append(i == 0 ? "" : "\n").append(lines.get(i).text());
    }
    write(text.toString());
    drawn = lines.stream().map(Line::length).toList();
  }

  /** Removes the lines. */
  synchronized void clear() {
    if (!drawn.isEmpty()) {
      write(back(look().width()));
      drawn = List.of();
    }
  }

  /** Moves the cursor to the start of the first line and removes everything from there on. */
  private String back(int width) {
    if (drawn.isEmpty()) {
      return "";
    }
    // A terminal that became narrower since has broken the lines.
    int rows = drawn.stream().mapToInt(length -> Math.max(1, (length + width - 1) / width)).sum();
    String up = rows == 1 ? "" : String.format(Locale.ROOT, "\033[%dA", rows - 1);
    return "\r" + up + CLEAR_BELOW;
  }

  private void write(String text) {
    byte[] bytes = text.getBytes(charset);
    terminal.write(bytes, 0, bytes.length);
    terminal.flush();
  }

  /** The character set in which {@code System.err} writes to a terminal. */
  private static Charset charsetOfTerminal() {
    // The first name is that of newer JDKs.
    for (String property : List.of("stderr.encoding", "sun.stderr.encoding", "native.encoding")) {
      String name = System.getProperty(property);
      if (name != null && Charset.isSupported(name)) {
        return Charset.forName(name);
      }
    }
    return Charset.defaultCharset();
  }

  /** The text that scrolls. */
  private final class Scrolling extends OutputStream {

    @Override
    public void write(int value) {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int length) {
      if (length == 0) {
        return;
      }
      synchronized (TerminalScreen.this) {
        clear();
        terminal.write(bytes, start, length);
        isAtLineStart = bytes[start + length - 1] == '\n';
      }
    }

    @Override
    public void flush() throws IOException {
      terminal.flush();
    }
  }

  /** The window of the terminal. */
  private static final class Window {

    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;
    private static final boolean IS_WINDOWS =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    private static final int OBEYS_ESCAPE_SEQUENCES = 4;

    /** Whether the native library of this platform is missing. */
    private static volatile boolean isUnknown;

    private Window() {}

    /** The width of a stream in columns; empty if it is no terminal or the system does not tell. */
    static Optional<Integer> width(int stream) {
      if (isUnknown) {
        return Optional.empty();
      }
      try {
        int width = IS_WINDOWS ? widthOnWindows(stream) : widthOnPosix(stream);
        return width > 0 ? Optional.of(width) : Optional.empty();
      } catch (RuntimeException | LinkageError e) {
        isUnknown = true;
        return Optional.empty();
      }
    }

    private static int widthOnPosix(int stream) {
      CLibrary.WinSize size = new CLibrary.WinSize();
      return CLibrary.ioctl(stream, CLibrary.TIOCGWINSZ, size) == 0 ? size.ws_col : 0;
    }

    private static int widthOnWindows(int stream) {
      long console =
          Kernel32.GetStdHandle(
              stream == STANDARD_OUTPUT ? Kernel32.STD_OUTPUT_HANDLE : Kernel32.STD_ERROR_HANDLE);
      int[] mode = new int[1];
      if (Kernel32.GetConsoleMode(console, mode) != 0
          && (mode[0] & OBEYS_ESCAPE_SEQUENCES) == 0
          && Kernel32.SetConsoleMode(console, mode[0] | OBEYS_ESCAPE_SEQUENCES) == 0) {
        return 0;
      }
      Kernel32.CONSOLE_SCREEN_BUFFER_INFO info = new Kernel32.CONSOLE_SCREEN_BUFFER_INFO();
      return Kernel32.GetConsoleScreenBufferInfo(console, info) == 0 ? 0 : info.windowWidth();
    }
  }
}
