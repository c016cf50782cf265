package io.ringhaul;

/**
 * How the rows of an import are written.
 *
 * @param nulls what is written where a row has no value
 * @param addToCounters whether counters that have values may be added to
 */
record ImportChoices(Nulls nulls, boolean addToCounters) {

  /** Nulls stay unset, and counters must be new. */
  static final ImportChoices DEFAULT = new ImportChoices(Nulls.UNSET, false);

  ImportChoices withNulls(Nulls value) {
    return new ImportChoices(value, addToCounters);
  }

  ImportChoices withAddToCounters() {
    return new ImportChoices(nulls, true);
  }
}
