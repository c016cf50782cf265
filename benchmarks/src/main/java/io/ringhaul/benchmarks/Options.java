package io.ringhaul.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Options of the form {@code --name=value}, each with its default: numbers, and texts. */
final class Options {

  private final Map<String, Integer> numbers;
  private final Map<String, String> texts;

  /**
   * @param arguments several of them may be one text, as a build hands them over
   * @param defaults the options that there are
   */
  Options(String[] arguments, Map<String, Integer> defaults) {
    this(arguments, defaults, Map.of());
  }

  /**
   * @param numbers the options that are numbers
   * @param texts those that are not; none has a blank in it
   */
  Options(String[] arguments, Map<String, Integer> numbers, Map<String, String> texts) {
    this.numbers = new TreeMap<>(numbers);
    this.texts = new TreeMap<>(texts);
    for (String argument : String.join(" ", arguments).trim().split("\\s+", -1)) {
      if (!argument.isEmpty()) {
        take(argument);
      }
    }
  }

  private void take(String argument) {
    String[] parts = argument.split("=", 2);
    String name = parts[0].startsWith("--") ? parts[0].substring(2) : "";
    if (parts.length == 2 && numbers.containsKey(name)) {
      numbers.put(name, Integer.valueOf(parts[1]));
    } else if (parts.length == 2 && texts.containsKey(name)) {
      texts.put(name, parts[1]);
    } else {
      List<String> all = new ArrayList<>(numbers.keySet());
      all.addAll(texts.keySet());
      throw new IllegalArgumentException(
          "Of options there are --NAME=VALUE for " + all + ", and not " + argument);
    }
  }

  int of(String name) {
    return numbers.getOrDefault(name, 0);
  }

  String text(String name) {
    return texts.getOrDefault(name, "");
  }

  @Override
  public String toString() {
    Map<String, Object> all = new TreeMap<>(numbers);
    all.putAll(texts);
    return all.toString();
  }
}
