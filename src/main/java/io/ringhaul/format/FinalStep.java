package io.ringhaul.format;

import java.util.function.LongConsumer;

/**
 * A step between the last task and the commit that writes files from the outputs of several tasks;
 * see {@link TargetSession#finalSteps}. One thread uses it.
 */
public interface FinalStep {

  /**
   * Writes the files and describes them; they are durable on return. If it fails, it leaves no
   * files.
   *
   * @param bytes called often with the approximate size of the files so far, in bytes; may throw an
   *     unchecked exception to abandon the step
   * @throws io.ringhaul.exceptions.BulkOperationException if the files cannot be written
   */
  TaskOutput run(LongConsumer bytes);
}
