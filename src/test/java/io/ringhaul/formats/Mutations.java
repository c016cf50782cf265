package io.ringhaul.formats;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Random damage to the bytes of a file. */
final class Mutations {

  private static final byte[] STRUCTURE = "\"\"\n\r{}[],:\\".getBytes(StandardCharsets.US_ASCII);

  private final Random random;

  Mutations(Random random) {
    this.random = random;
  }

  /** Applies one or more mutations to the range, which must not be empty. */
  byte[] mutate(byte[] bytes, int from, int to) {
    byte[] mutated = bytes;
    int end = to;
    for (int i = random.nextInt(3); i >= 0 && from < end; i--) {
      int length = mutated.length;
      mutated = once(mutated, from, end);
      end += mutated.length - length;
    }
    return mutated;
  }

  private byte[] once(byte[] bytes, int from, int to) {
    int at = from + random.nextInt(to - from);
    int chunk = 1 + random.nextInt(Math.min(to - at, 1 + random.nextInt(64)));
    byte[] none = {};
    return switch (random.nextInt(9)) {
      case 0 -> replace(bytes, at, 1, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
      case 1 -> replace(bytes, at, 1, (byte) random.nextInt());
      case 2 -> replace(bytes, at, 0, (byte) random.nextInt());
      case 3, 4 -> replace(bytes, at, 0, STRUCTURE[random.nextInt(STRUCTURE.length)]);
      case 5 -> replace(bytes, at, chunk, none);
      case 6 -> replace(bytes, at, to - at, none);
      case 7 -> replace(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + chunk));
      default -> {
        int other = from + random.nextInt(to - from);
        byte[] taken = Arrays.copyOfRange(bytes, at, at + chunk);
        byte[] rest = replace(bytes, at, chunk, none);
        yield replace(rest, Math.min(other, to - chunk), 0, taken);
      }
    };
  }

  private static byte[] replace(byte[] bytes, int at, int length, byte... by) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, at);
    out.write(by, 0, by.length);
    out.write(bytes, at + length, bytes.length - at - length);
    return out.toByteArray();
  }
}
