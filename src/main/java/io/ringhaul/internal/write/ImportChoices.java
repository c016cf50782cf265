package io.ringhaul.internal.write;

/**
 * How the rows of an import are written.
 *
 * @param nullHandling what is written where a row has no value
 * @param addToCounters whether counters that have values may be added to
 * @param times what is made of the write times and times to live that the source holds
 */
public record ImportChoices(NullHandling nullHandling, boolean addToCounters, RestoredTimes times) {

  /** Nulls stay unset, counters must be new, and the times of cells are restored. */
  public static final ImportChoices DEFAULT =
      new ImportChoices(NullHandling.UNSET, false, RestoredTimes.DEFAULT);

  public ImportChoices withNulls(NullHandling value) {
    return new ImportChoices(value, addToCounters, times);
  }

  public ImportChoices withAddToCounters() {
    return new ImportChoices(nullHandling, true, times);
  }

  public ImportChoices withTimes(RestoredTimes value) {
    return new ImportChoices(nullHandling, addToCounters, value);
  }
}
