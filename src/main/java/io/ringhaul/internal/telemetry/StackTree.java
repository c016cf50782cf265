package io.ringhaul.internal.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Stacks folded into a tree: each node is a frame, with the number of samples in which it was
 * called from the one above it.
 */
final class StackTree {

  private static final int MOST_DEPTH = 128;
  private static final int MOST_NODES = 20_000;

  /** What is seen in fewer samples than one in so many is left out. */
  private static final int LEAST_SHARE = 1_000;

  private static final int MOST_NAME = 200;

  private static final class Node {

    private final String name;
    private final Map<String, Node> children = new LinkedHashMap<>();
    private long value;
    private boolean isKept;

    private Node(String name) {
      this.name = name;
    }
  }

  private final Node root = new Node("all");

  /**
   * Adds a sample.
   *
   * @param frames the outermost first; those beyond the 128th are left out
   */
  void add(List<String> frames) {
    Node at = root;
    at.value++;
    for (String frame : frames.subList(0, Math.min(MOST_DEPTH, frames.size()))) {
      at = at.children.computeIfAbsent(shortened(frame), Node::new);
      at.value++;
    }
  }

  private static String shortened(String frame) {
    return frame.length() <= MOST_NAME ? frame : frame.substring(0, MOST_NAME);
  }

  /**
   * The tree as {@code {"name","value","children"}}, without what is in less than a thousandth of
   * the samples, and with the 20,000 nodes at most that have the most samples. A node's value is
   * that of all its samples, those of children that were left out among them.
   */
  String json() {
    keepLargest();
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      write(root, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** A parent has no fewer samples than its children, and is met before them. */
  private void keepLargest() {
    PriorityQueue<Node> next =
        new PriorityQueue<>(Comparator.comparingLong((Node each) -> each.value).reversed());
    next.add(root);
    for (int kept = 0; kept < MOST_NODES && !next.isEmpty(); kept++) {
      Node node = next.remove();
      node.isKept = true;
      node.children.values().stream()
          .filter(each -> each.value * LEAST_SHARE >= root.value)
          .forEach(next::add);
    }
  }

  private static void write(Node node, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", node.name);
    json.writeNumberField("value", node.value);
    json.writeArrayFieldStart("children");
    List<Node> kept =
        node.children.values().stream()
            .filter(each -> each.isKept)
            .sorted(Comparator.comparing((Node each) -> each.name))
            .toList();
    for (Node each : kept) {
      write(each, json);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
