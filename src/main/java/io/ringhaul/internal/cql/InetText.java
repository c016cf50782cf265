package io.ringhaul.internal.cql;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Formats and parses IP addresses without a name service. The text shows the length of the address:
 * 4 bytes are always dotted, and 16 bytes always have colons, including those with an embedded IPv4
 * address ({@code ::ffff:10.0.0.1}), which {@link java.net.InetAddress} would convert to 4 bytes.
 */
public final class InetText {

  public static final int IPV4 = 4;
  public static final int IPV6 = 16;

  private static final int GROUPS = 8;

  private InetText() {}

  /**
   * Returns the canonical text (RFC 5952 for IPv6) of the address of 4 or 16 bytes at the offset.
   */
  public static String format(ByteBuffer bytes, int offset, int length) {
    StringBuilder text = new StringBuilder();
    if (length == IPV4) {
      dotted(bytes, offset, text);
      return text.toString();
    }
    if (isIpv4Mapped(bytes, offset)) {
      text.append("::ffff:");
      dotted(bytes, offset + 12, text);
      return text.toString();
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = bytes.getShort(offset + 2 * i) & 0xffff;
    }
    int zeros = longestZeros(groups);
    int zerosEnd = zeros < 0 ? -1 : endOfZeros(groups, zeros);
    for (int i = 0; i < GROUPS; i++) {
      if (i == zeros) {
        text.append("::");
        i = zerosEnd - 1;
      } else {
        if (i > 0 && i != zerosEnd) {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  /**
   * Returns the 4 or 16 bytes of the address; null if the text is not an address. Zones are
   * rejected.
   */
  public static byte @Nullable [] parse(String text) {
    return text.indexOf(':') < 0 ? parseIpv4(text) : parseIpv6(text);
  }

  private static void dotted(ByteBuffer bytes, int offset, StringBuilder text) {
    for (int i = 0; i < IPV4; i++) {
      text.append(i == 0 ? "" : ".").append(bytes.get(offset + i) & 0xff);
    }
  }

  private static boolean isIpv4Mapped(ByteBuffer bytes, int offset) {
    return bytes.getLong(offset) == 0 && bytes.getInt(offset + 8) == 0xffff;
  }

  /**
   * Returns the start of the first longest run of at least two zero groups; -1 if there is none.
   */
  private static int longestZeros(int[] groups) {
    int best = -1;
    int bestLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int length = endOfZeros(groups, i) - i;
      if (length > bestLength) {
        best = i;
        bestLength = length;
      }
    }
    return best;
  }

  private static int endOfZeros(int[] groups, int start) {
    int end = start;
    while (end < GROUPS && groups[end] == 0) {
      end++;
    }
    return end;
  }

  private static byte @Nullable [] parseIpv4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != IPV4) {
      return null;
    }
    byte[] address = new byte[IPV4];
    for (int i = 0; i < IPV4; i++) {
      int part = number(parts[i], 10, 3);
      // Reject leading zeros, which some parsers read as octal.
      if (part < 0 || part > 255 || (parts[i].length() > 1 && parts[i].charAt(0) == '0')) {
        return null;
      }
      address[i] = (byte) part;
    }
    return address;
  }

  private static byte @Nullable [] parseIpv6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] all = parseGroups(text);
      return all != null && all.length == IPV6 ? all : null;
    }
    byte[] head = parseGroups(text.substring(0, gap));
    byte[] tail = parseGroups(text.substring(gap + 2));
    boolean dotsBeforeGap = text.lastIndexOf('.', gap) >= 0;
    if (head == null || tail == null || dotsBeforeGap || head.length + tail.length > IPV6 - 2) {
      return null;
    }
    byte[] address = new byte[IPV6];
    System.arraycopy(head, 0, address, 0, head.length);
    System.arraycopy(tail, 0, address, IPV6 - tail.length, tail.length);
    return address;
  }

  /**
   * Returns the bytes of colon-separated groups, of which the last may be dotted; null if
   * malformed.
   */
  private static byte @Nullable [] parseGroups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] parts = text.split(":", -1);
    String last = parts[parts.length - 1];
    byte[] embedded = last.indexOf('.') < 0 ? new byte[0] : parseIpv4(last);
    if (embedded == null) {
      return null;
    }
    int groups = embedded.length == 0 ? parts.length : parts.length - 1;
    if (groups > GROUPS) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(2 * groups + embedded.length);
    for (int i = 0; i < groups; i++) {
      int group = number(parts[i], 16, 4);
      if (group < 0) {
        return null;
      }
      bytes.putShort((short) group);
    }
    return bytes.put(embedded).array();
  }

  /** Returns the unsigned number in ASCII digits; -1 if it is malformed or has too many digits. */
  private static int number(String digits, int radix, int mostDigits) {
    if (digits.isEmpty() || digits.length() > mostDigits) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, radix) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * radix + digit;
    }
    return value;
  }
}
