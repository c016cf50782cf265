package io.ringhaul.benchmarks.report;

import java.util.Map;
import java.util.TreeMap;

/** Command line options {@code --name=number} and {@code --name=text} with defaults. */
public final class Options {

  private final Map<String, Integer> values;
  private final Map<String, String> texts;

  /**
   * Parses options with numbers.
   *
   * @param arguments one argument can hold several options separated by blanks, as Maven passes
   *     them
   * @param defaults the names and defaults
   */
  public Options(String[] arguments, Map<String, Integer> defaults) {
    this(arguments, defaults, Map.of());
  }

  /**
   * Parses options with numbers and texts.
   *
   * @param arguments one argument can hold several options separated by blanks, as Maven passes
   *     them
   * @param defaults the names and defaults of numbers
   * @param textDefaults the names and defaults of texts
   */
  public Options(
      String[] arguments, Map<String, Integer> defaults, Map<String, String> textDefaults) {
    this.values = new TreeMap<>(defaults);
    this.texts = new TreeMap<>(textDefaults);
    for (String argument : String.join(" ", arguments).trim().split("\\s+", -1)) {
      if (argument.isEmpty()) {
        continue;
      }
      String[] parts = argument.split("=", 2);
      String name = parts[0].startsWith("--") ? parts[0].substring(2) : "";
      if (parts.length == 2 && texts.containsKey(name)) {
        texts.put(name, parts[1]);
      } else if (parts.length == 2 && values.containsKey(name)) {
        values.put(name, Integer.valueOf(parts[1]));
      } else {
        throw new IllegalArgumentException(
            "The options are --NAME=N for "
                + values.keySet()
                + (texts.isEmpty() ? "" : " and --NAME=TEXT for " + texts.keySet())
                + ", not "
                + argument);
      }
    }
  }

  public int of(String name) {
    return values.getOrDefault(name, 0);
  }

  public String text(String name) {
    return texts.getOrDefault(name, "");
  }

  @Override
  public String toString() {
    Map<String, Object> all = new TreeMap<>(values);
    all.putAll(texts);
    return all.toString();
  }
}
