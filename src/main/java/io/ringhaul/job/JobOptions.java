package io.ringhaul.job;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.exceptions.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * How an export or import is stored as a job. Immutable: each method returns a copy.
 *
 * @param store the store of the job
 * @param name for users; empty for a name made of the operation and the table
 * @param description a longer text; may be empty
 * @param labels the user's labels
 * @param resumes whether to resume a stored job with the request's id
 * @param command the arguments that created the job, without secrets
 * @param settingNames the names of settings in the error that the job stores
 */
@CheckReturnValue
public record JobOptions(
    JobStore store,
    String name,
    String description,
    Map<String, String> labels,
    boolean resumes,
    List<String> command,
    Function<Setting, String> settingNames) {

  public JobOptions {
    Objects.requireNonNull(store);
    labels = Map.copyOf(labels);
    command = List.copyOf(command);
  }

  /** Returns options for a job in this store. The caller closes the store. */
  public static JobOptions in(JobStore store) {
    return new JobOptions(store, "", "", Map.of(), false, List.of(), Setting::method);
  }

  /** Sets the job's name. Default: the operation and the table. */
  public JobOptions named(String newName) {
    return new JobOptions(store, newName, description, labels, resumes, command, settingNames);
  }

  /** Sets the job's description. Default: none. */
  public JobOptions describedAs(String newDescription) {
    return new JobOptions(store, name, newDescription, labels, resumes, command, settingNames);
  }

  /** Adds a label, or replaces the label of this name. Default: none. */
  public JobOptions labelled(String label, String value) {
    Map<String, String> more = new LinkedHashMap<>(labels);
    more.put(label, value);
    return new JobOptions(store, name, description, more, resumes, command, settingNames);
  }

  /**
   * Resumes the job with the request's id or name if the store has it: completed tasks are not
   * repeated, and a completed job returns its result again. A job that the store does not have is
   * started. The request must set {@code jobId}; otherwise it fails when it is run. Default: a
   * request with an id that the store has fails.
   */
  public JobOptions resuming() {
    return new JobOptions(store, name, description, labels, true, command, settingNames);
  }

  /** Sets the arguments that created the job, without secrets, for a later run. Default: none. */
  public JobOptions madeBy(List<String> arguments) {
    return new JobOptions(store, name, description, labels, resumes, arguments, settingNames);
  }

  /** Sets the names of settings in the error that the job stores. Default: the Java names. */
  public JobOptions namingSettings(Function<Setting, String> names) {
    return new JobOptions(store, name, description, labels, resumes, command, names);
  }
}
