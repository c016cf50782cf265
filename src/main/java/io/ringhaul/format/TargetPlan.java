package io.ringhaul.format;

import java.io.Serializable;
import java.util.Map;

/**
 * How the output of an export is written: plain data.
 *
 * @param formatVersion the version of this value's form
 * @param format the format's name, such as {@code iceberg}
 * @param location where the output goes, for people
 * @param properties what the format needs, in texts
 */
public record TargetPlan(
    int formatVersion, String format, String location, Map<String, String> properties)
    implements Serializable {

  public TargetPlan {
    properties = Map.copyOf(properties);
  }

  /** The property of that name. */
  public String property(String name) {
    String value = properties.get(name);
    if (value == null) {
      throw new IllegalStateException("A " + format + " plan lacks " + name);
    }
    return value;
  }
}
