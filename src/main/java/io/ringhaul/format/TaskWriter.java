package io.ringhaul.format;

import io.ringhaul.schema.RawRow;
import java.util.function.LongConsumer;

/** Writes the rows of one task. One thread uses it. */
public interface TaskWriter extends AutoCloseable {

  /**
   * Writes a row with its values in the order of the export's columns. A rejected row leaves
   * nothing in the files, and the next row can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the format cannot hold a value
   */
  void write(RawRow row);

  /**
   * Deletes the row with this primary key that the target has from an earlier export. Called only
   * for incremental exports. Default: the target deletes no rows.
   *
   * @param key the values of the primary key, in the order of {@link
   *     io.ringhaul.schema.TableDescription#primaryKey}
   */
  default void delete(RawRow key) {
    throw new UnsupportedOperationException("The target deletes no rows");
  }

  /**
   * Returns the approximate size of the task's files in bytes, including buffered data. Called
   * often, so it must be cheap.
   *
   * @return 0 if the size is unknown before the files end
   */
  default long bytes() {
    return 0;
  }

  /** Ends the files, forces them to disk, and describes them. Called once, after the last row. */
  TaskOutput finish();

  /**
   * Same as {@link #finish()}, with reports of the size of the files meanwhile. A writer that keeps
   * rows aside and writes many of them at the end implements it. Default: {@link #finish()} without
   * reports.
   *
   * @param bytes called often with the approximate size of the task's files so far, in bytes; may
   *     throw an unchecked exception, after which the writer is closed
   */
  default TaskOutput finish(LongConsumer bytes) {
    return finish();
  }

  /** Releases all resources, and removes the files unless {@link #finish()} has ended them. */
  @Override
  void close();
}
