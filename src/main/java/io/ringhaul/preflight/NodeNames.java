package io.ringhaul.preflight;

import com.datastax.oss.driver.api.core.metadata.Node;

/** Nodes by the address that clients know them by. */
final class NodeNames {

  private NodeNames() {}

  static String of(Node node) {
    String text = node.getEndPoint().toString();
    return text.startsWith("/") ? text.substring(1) : text;
  }
}
