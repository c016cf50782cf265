package io.ringhaul.internal.csv;

import io.ringhaul.internal.text.RecordLimits;

/** What can be wrong with a record, to go on in "record 7 ...", and what to do about it. */
final class CsvProblems {

  private final String escapedQuote;
  private final int largestRecord;
  private final int mostFields;

  /**
   * @param largestRecord bytes that a record may have
   * @param mostFields fields that it may have
   */
  CsvProblems(CsvSyntax syntax, int largestRecord, int mostFields) {
    this.escapedQuote = "" + syntax.escape() + syntax.quote();
    this.largestRecord = largestRecord;
    this.mostFields = mostFields;
  }

  String tooLarge() {
    return RecordLimits.tooLarge(largestRecord);
  }

  String tooManyFields() {
    return RecordLimits.tooManyColumns(mostFields);
  }

  String otherWidth(int fields, int width) {
    return String.format("has %d fields, not %d", fields, width);
  }

  /**
   * @param field counted from 1
   */
  String openOnItsLine(int field) {
    return String.format(
        "has a quote in field %d that is not closed on its line, where no record before it is"
            + " of several lines; close it, or write a quote within quotes as %s",
        field, escapedQuote);
  }

  /**
   * @param field counted from 1
   */
  String openAtTheEnd(int field) {
    return String.format(
        "has a quote in field %d that is not closed: the file ends in it, so it is cut off or was"
            + " written in another dialect",
        field);
  }

  /**
   * @param field counted from 1
   */
  String textAfterQuotes(int field) {
    return String.format(
        "has text after the closing quote of field %d; write a quote within quotes as %s",
        field, escapedQuote);
  }
}
