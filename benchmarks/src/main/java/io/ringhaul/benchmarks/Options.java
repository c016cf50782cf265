package io.ringhaul.benchmarks;

import java.util.Map;
import java.util.TreeMap;

/** Options of the form {@code --name=number}, each with its default. */
final class Options {

  private final Map<String, Integer> values;

  /**
   * @param arguments several of them may be one text, as a build hands them over
   * @param defaults the options that there are
   */
  Options(String[] arguments, Map<String, Integer> defaults) {
    this.values = new TreeMap<>(defaults);
    for (String argument : String.join(" ", arguments).trim().split("\\s+", -1)) {
      if (argument.isEmpty()) {
        continue;
      }
      String[] parts = argument.split("=", 2);
      String name = parts[0].startsWith("--") ? parts[0].substring(2) : "";
      if (parts.length != 2 || !values.containsKey(name)) {
        throw new IllegalArgumentException(
            "Of options there are --NAME=N for " + values.keySet() + ", and not " + argument);
      }
      values.put(name, Integer.valueOf(parts[1]));
    }
  }

  int of(String name) {
    return values.getOrDefault(name, 0);
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
