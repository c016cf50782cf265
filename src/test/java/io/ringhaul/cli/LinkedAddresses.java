package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.addresstranslation.AddressTranslator;
import com.datastax.oss.driver.api.core.context.DriverContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Leads the driver of a process to the links before the nodes, which properties name. */
public final class LinkedAddresses implements AddressTranslator {

  /** Made by the driver. */
  public LinkedAddresses(DriverContext context) {
    // Knows all from the properties.
  }

  /** The property that names the link's port for a node. */
  static String property(InetSocketAddress node) {
    return "link." + node.getAddress().getHostAddress();
  }

  @Override
  public InetSocketAddress translate(InetSocketAddress node) {
    Integer port = Integer.getInteger(property(node));
    return port == null ? node : new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
