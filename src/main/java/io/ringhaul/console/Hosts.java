package io.ringhaul.console;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Normalizes host names of URIs. */
final class Hosts {

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+]");

  private Hosts() {}

  /**
   * Returns the normalized form of a host, as in {@link #inUri}, because an IPv6 address has
   * several notations. Does not resolve names.
   */
  static String plain(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (!IPV6.matcher(lower).matches()) {
      return lower;
    }
    try {
      // In brackets, only an address is valid.
      return inUri(InetAddress.getByName(lower));
    } catch (UnknownHostException e) {
      return lower;
    }
  }

  /** Returns true if a normalized host is a numeric address, which DNS cannot redirect. */
  static boolean isAddress(String plain) {
    return IPV4.matcher(plain).matches() || IPV6.matcher(plain).matches();
  }

  /** Returns a numeric address, with brackets for IPv6. */
  static String inUri(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    String plain = scope < 0 ? text : text.substring(0, scope);
    return address instanceof Inet6Address ? "[" + plain + "]" : plain;
  }
}
