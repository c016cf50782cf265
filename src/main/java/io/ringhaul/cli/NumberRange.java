package io.ringhaul.cli;

import io.ringhaul.exceptions.InvalidSettingException;

/** Two numbers, as in {@code -100..200}. */
record NumberRange(long first, long second) {

  static NumberRange parse(String option, String text) {
    String[] ends = text.strip().split("\\.\\.", -1);
    try {
      if (ends.length == 2) {
        return new NumberRange(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
      }
    } catch (NumberFormatException e) {
      // The same answer as to any other form.
    }
    throw new InvalidSettingException(
        option, option + " is " + text + "; it takes two whole numbers, as in 123..456");
  }
}
