package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.metadata.Node;

/** Formats the addresses under which clients reach nodes. */
public final class NodeNames {

  private NodeNames() {}

  /** Returns address and port, such as {@code 10.0.0.1:9042}. */
  public static String of(Node node) {
    String text = node.getEndPoint().toString();
    return text.startsWith("/") ? text.substring(1) : text;
  }
}
