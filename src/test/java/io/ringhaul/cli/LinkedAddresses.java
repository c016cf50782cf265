package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.addresstranslation.AddressTranslator;
import com.datastax.oss.driver.api.core.context.DriverContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Translates node addresses to those of links, which system properties name. */
public final class LinkedAddresses implements AddressTranslator {

  /** Created by the driver. */
  public LinkedAddresses(DriverContext context) {
    // All settings are system properties.
  }

  /** The property with the link's port for a node. */
  public static String property(InetSocketAddress node) {
    return "link." + node.getAddress().getHostAddress();
  }

  @Override
  public InetSocketAddress translate(InetSocketAddress node) {
    Integer port = Integer.getInteger(property(node));
    return port == null ? node : new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Override
  public void close() {
    // No resources to release.
  }
}
