package io.ringhaul.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.json.BlobForm;
import io.ringhaul.seeds.Seeds;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Writes generated values of generated types as text and reads the same bytes back. */
class TextRoundTripTest {

  private static final TextOptions OURS = TextOptions.defaults().blobForm(BlobForm.LITERAL_FIRST);

  private static final int CASES = Integer.getInteger("ringhaul.cases", 3_000);

  @Test
  void textRoundTripKeepsBytes() {
    Seeds.each(
        CASES,
        random -> {
          CqlGenerator generator = new CqlGenerator(random, CqlGenerator.Nans.CANONICAL);
          DataType type = generator.type(4);
          ByteBuffer value = placed(random, generator.value(type));
          String hex = CqlBytes.hex(value);
          String plain = Texts.plain(type, value);
          String json = Texts.json(type, value);
          assertThat(Texts.readPlain(type, plain, OURS))
              .as("%s as plain text: %s", CqlTypes.text(type), plain)
              .isEqualTo(hex);
          assertThat(Texts.readJson(type, json, OURS))
              .as("%s as JSON: %s", CqlTypes.text(type), json)
              .isEqualTo(hex);
          assertThat(CqlBytes.hex(value)).as("the buffer is unchanged").isEqualTo(hex);
        });
  }

  /** Copies the bytes into a buffer of a random kind, with other bytes around them. */
  private static ByteBuffer placed(Random random, ByteBuffer value) {
    int before = random.nextInt(3);
    int capacity = before + value.remaining() + random.nextInt(3);
    ByteBuffer larger =
        random.nextBoolean() ? ByteBuffer.allocate(capacity) : ByteBuffer.allocateDirect(capacity);
    larger.put(before, CqlBytes.bytes(value));
    larger.position(before).limit(before + value.remaining());
    return random.nextBoolean() ? larger.asReadOnlyBuffer() : larger;
  }
}
