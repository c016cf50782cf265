package io.ringhaul.format;

import java.io.Serializable;
import java.util.Map;

/**
 * The plan of an export's output. Serializable.
 *
 * @param formatVersion version of the encoding of this plan
 * @param format name of the format, such as {@code iceberg}
 * @param location the location of the output, for messages
 * @param properties settings of the format as texts
 */
public record TargetPlan(
    int formatVersion, String format, String location, Map<String, String> properties)
    implements Serializable {

  public TargetPlan {
    properties = Map.copyOf(properties);
  }

  /**
   * Returns the property of this name.
   *
   * @throws IllegalStateException if the plan does not have it
   */
  public String property(String name) {
    String value = properties.get(name);
    if (value == null) {
      throw new IllegalStateException("The " + format + " plan has no property " + name);
    }
    return value;
  }
}
