package io.ringhaul.console;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Hosts as URIs have them. */
final class Hosts {

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+]");

  private Hosts() {}

  /**
   * A host of a URI in the one form that {@link #inUri} gives: an address of IPv6 can be written in
   * many ways. No name is looked up.
   */
  static String plain(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (!IPV6.matcher(lower).matches()) {
      return lower;
    }
    try {
      // In brackets it is an address or nothing.
      return inUri(InetAddress.getByName(lower));
    } catch (UnknownHostException e) {
      return lower;
    }
  }

  /**
   * Whether a host in its plain form is an address in figures, which nobody can point elsewhere.
   */
  static boolean isAddress(String plain) {
    return IPV4.matcher(plain).matches() || IPV6.matcher(plain).matches();
  }

  /** An address in figures, with brackets around one of IPv6. */
  static String inUri(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    String plain = scope < 0 ? text : text.substring(0, scope);
    return address instanceof Inet6Address ? "[" + plain + "]" : plain;
  }
}
