package io.ringhaul.internal.write;

/**
 * How an import writes rows.
 *
 * @param addToCounters whether the counter table may have rows
 * @param times how write times and TTLs of the source are restored
 */
public record ImportChoices(NullHandling nullHandling, boolean addToCounters, RestoredTimes times) {

  /** Nulls stay UNSET, counter tables must be empty, and times of cells are restored. */
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
