package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.internal.core.metadata.token.Murmur3TokenFactory;
import io.ringhaul.seeds.Seeds;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class Murmur3Test {

  private static final Murmur3TokenFactory DRIVER = new Murmur3TokenFactory();

  @Test
  void equalsTheTokensOfTheDriver() {
    Seeds.each(
        2_000,
        random -> {
          byte[] bytes = new byte[1 + random.nextInt(70)];
          random.nextBytes(bytes);
          int start = random.nextInt(bytes.length);
          ByteBuffer key = ByteBuffer.wrap(bytes, start, bytes.length - start).slice();
          assertThat(Murmur3.token(key)).isEqualTo(ofDriver(key));
          assertThat(key.position()).isZero();
        });
  }

  @Test
  void equalsTheTokensOfTheDriverForKeysOfSeveralColumns() {
    Seeds.each(
        500,
        random -> {
          ByteBuffer[] columns = new ByteBuffer[2 + random.nextInt(3)];
          for (int i = 0; i < columns.length; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            columns[i] = ByteBuffer.wrap(bytes);
          }
          assertThat(Murmur3.token(columns))
              .isEqualTo(Long.parseLong(DRIVER.format(DRIVER.hash(composite(columns)))));
        });
  }

  private static long ofDriver(ByteBuffer key) {
    return Long.parseLong(DRIVER.format(DRIVER.hash(key.duplicate())));
  }

  private static ByteBuffer composite(ByteBuffer[] columns) {
    ByteBuffer key = ByteBuffer.allocate(1_000);
    for (ByteBuffer column : columns) {
      key.putShort((short) column.remaining()).put(column.duplicate()).put((byte) 0);
    }
    return key.flip();
  }
}
