package io.ringhaul.internal.parquet;

import java.util.HashSet;
import java.util.Set;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often the values of one Parquet column come again. A value that directly follows its
 * equal does not count: compression deals with runs by itself, and the keys of neighbouring rows
 * are such runs however many keys there are.
 */
final class SampledColumn implements ColumnWriter {

  /** So few values are worth a dictionary however often they change. */
  private static final int FEW = 16;

  /**
   * Of numbers, one in four must have been there before: at 512 rows that is when there are fewer
   * than about 850 of them. Beyond that, compression alone makes them as small.
   */
  private static final int NUMBERS_TO_ONE_REPEATED = 4;

  /**
   * Of texts and bytes, one in twenty: at 512 rows fewer than about 5,000 of them. They are longer,
   * so more is saved.
   */
  private static final int BINARIES_TO_ONE_REPEATED = 20;

  private final Set<Object> distinct = new HashSet<>();
  private @Nullable Object last;
  private int changes;
  private boolean binary;

  /** Whether a dictionary of the values would save enough to be worth the work of making it. */
  boolean repeats() {
    int least = binary ? BINARIES_TO_ONE_REPEATED : NUMBERS_TO_ONE_REPEATED;
    return distinct.size() <= FEW || (changes - distinct.size()) * least >= changes;
  }

  private void add(Object value) {
    if (!value.equals(last)) {
      changes++;
      distinct.add(value);
      last = value;
    }
  }

  @Override
  public void write(int value, int repetitionLevel, int definitionLevel) {
    add(value);
  }

  @Override
  public void write(long value, int repetitionLevel, int definitionLevel) {
    add(value);
  }

  @Override
  public void write(boolean value, int repetitionLevel, int definitionLevel) {
    add(value);
  }

  @Override
  public void write(Binary value, int repetitionLevel, int definitionLevel) {
    binary = true;
    add(value.copy());
  }

  @Override
  public void write(float value, int repetitionLevel, int definitionLevel) {
    add(value);
  }

  @Override
  public void write(double value, int repetitionLevel, int definitionLevel) {
    add(value);
  }

  @Override
  public void writeNull(int repetitionLevel, int definitionLevel) {
    // A dictionary has no nulls.
  }

  @Override
  public void close() {
    // It holds nothing but memory.
  }

  @Override
  public long getBufferedSizeInMemory() {
    return 0;
  }
}
