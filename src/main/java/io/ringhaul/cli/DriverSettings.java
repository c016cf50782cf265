package io.ringhaul.cli;

/**
 * Settings of the driver in this process: system properties, which the driver puts above its
 * configuration file.
 */
final class DriverSettings {

  private static final String PREFIX = "datastax-java-driver.";

  private DriverSettings() {}

  /** Sets a value unless the user has set one as a system property. */
  static void setDefault(String path, String value) {
    if (System.getProperty(PREFIX + path) == null) {
      System.setProperty(PREFIX + path, value);
    }
  }
}
