package io.ringhaul.internal.csv;

/** The record at hand cannot be read to its end, and another end must be found for it. */
final class BrokenRecord extends Exception {

  private static final long serialVersionUID = 1;

  /**
   * @param problem what is wrong, to go on in "record 7 ..."
   */
  BrokenRecord(String problem) {
    super(problem, null, false, false);
  }
}
