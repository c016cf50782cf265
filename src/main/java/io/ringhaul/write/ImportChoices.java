package io.ringhaul.write;

/**
 * How the rows of an import are written.
 *
 * @param nulls what is written where a row has no value
 * @param addToCounters whether counters that have values may be added to
 * @param times what is made of the write times and times to live that the source holds
 */
public record ImportChoices(Nulls nulls, boolean addToCounters, RestoredTimes times) {

  /** Nulls stay unset, counters must be new, and the times of cells are restored. */
  public static final ImportChoices DEFAULT =
      new ImportChoices(Nulls.UNSET, false, RestoredTimes.DEFAULT);

  public ImportChoices withNulls(Nulls value) {
    return new ImportChoices(value, addToCounters, times);
  }

  public ImportChoices withAddToCounters() {
    return new ImportChoices(nulls, true, times);
  }

  public ImportChoices withTimes(RestoredTimes value) {
    return new ImportChoices(nulls, addToCounters, value);
  }
}
