package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.data.UdtValue;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.uuid.Uuids;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Events, ten per subject, with collections, a user-defined type and a blob. */
final class EventData implements TableData {

  private static final int EVENTS_TO_A_SUBJECT = 10;
  private static final long FIRST_MILLIS = 1_735_689_600_000L;
  private static final int MOST_ELEMENTS = 5;
  private static final int PLACE = 6;

  @Override
  public List<String> types() {
    return List.of("place (city text, latitude double, longitude double)");
  }

  @Override
  public List<String> columns() {
    return List.of(
        "subject bigint",
        "event_id timeuuid",
        "kind text",
        "tags set<text>",
        "scores list<double>",
        "attributes map<text, text>",
        "seen_in frozen<place>",
        "payload blob");
  }

  @Override
  public String primaryKey() {
    return "(subject, event_id)";
  }

  @Override
  public BoundStatementBuilder bind(
      BoundStatementBuilder row, long number, SplittableRandom random) {
    Set<String> tags = new LinkedHashSet<>();
    List<Double> scores = new ArrayList<>();
    Map<String, String> attributes = new LinkedHashMap<>();
    for (int i = random.nextInt(MOST_ELEMENTS + 1); i > 0; i--) {
      tags.add("tag" + random.nextInt(100));
      scores.add(random.nextInt(10_000) / 100.0);
      attributes.put("attribute" + random.nextInt(20), "value " + random.nextInt(1_000));
    }
    byte[] payload = new byte[32 + random.nextInt(96)];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) random.nextInt();
    }
    UdtValue place =
        ((UserDefinedType) row.getType(PLACE))
            .newValue()
            .setString(0, "city " + random.nextInt(1_000))
            .setDouble(1, random.nextInt(18_000) / 100.0 - 90)
            .setDouble(2, random.nextInt(36_000) / 100.0 - 180);
    return row.setLong(0, number / EVENTS_TO_A_SUBJECT)
        // The time alone makes the id unique, because a subject has at most one event per
        // millisecond.
        .setUuid(1, Uuids.startOf(FIRST_MILLIS + number))
        .setString(2, "kind" + random.nextInt(6))
        .setSet(3, tags, String.class)
        .setList(4, scores, Double.class)
        .setMap(5, attributes, String.class, String.class)
        .setUdtValue(PLACE, place)
        .setByteBuffer(7, ByteBuffer.wrap(payload));
  }
}
