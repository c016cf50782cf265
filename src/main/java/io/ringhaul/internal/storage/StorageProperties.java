package io.ringhaul.internal.storage;

import java.util.Map;
import java.util.TreeSet;

/**
 * The properties with which object stores are reached, in Iceberg's form, such as {@code
 * s3.endpoint}. They may hold secrets, so that they are never stored and never printed.
 */
public record StorageProperties(Map<String, String> values) {

  public static final StorageProperties NONE = new StorageProperties(Map.of());

  public StorageProperties {
    values = Map.copyOf(values);
  }

  /** Returns the names of the properties only. */
  @Override
  public String toString() {
    return "StorageProperties" + new TreeSet<>(values.keySet());
  }
}
