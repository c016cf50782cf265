package io.ringhaul.job;

import io.ringhaul.exceptions.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * How an export or import is kept as a job. Immutable: each method gives a copy.
 *
 * @param store where the job is kept
 * @param name for people; empty for one that is made of the operation and the table
 * @param description more words; may be empty
 * @param labels the user's own
 * @param resumes whether a job of that id that the store has is taken up
 * @param command the arguments that made the job, without secrets
 * @param settingNames how the error that the job keeps names settings
 */
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

  /** A job in this store, which stays the caller's to close. */
  public static JobOptions in(JobStore store) {
    return new JobOptions(store, "", "", Map.of(), false, List.of(), Setting::method);
  }

  /** What people call the job. Default: the operation and the table. */
  public JobOptions named(String newName) {
    return new JobOptions(store, newName, description, labels, resumes, command, settingNames);
  }

  /** What the job is for, in the user's words. Default: none. */
  public JobOptions describedAs(String newDescription) {
    return new JobOptions(store, name, newDescription, labels, resumes, command, settingNames);
  }

  /** Adds a label, or replaces the one of that name. Default: none. */
  public JobOptions labelled(String label, String value) {
    Map<String, String> more = new LinkedHashMap<>(labels);
    more.put(label, value);
    return new JobOptions(store, name, description, more, resumes, command, settingNames);
  }

  /**
   * Takes the job of the request's id up if the store has it: what is done is not done again, and a
   * job that is completed gives its result once more. A job that the store does not have is begun.
   * The request must name the id; one that does not is refused when it is run. Default: an id that
   * the store has is refused.
   */
  public JobOptions resuming() {
    return new JobOptions(store, name, description, labels, true, command, settingNames);
  }

  /** The arguments that made the job, without secrets, for whoever is to run it again. */
  public JobOptions madeBy(List<String> arguments) {
    return new JobOptions(store, name, description, labels, resumes, arguments, settingNames);
  }

  /** How the error that the job keeps names settings. Default: as Java does. */
  public JobOptions namingSettings(Function<Setting, String> names) {
    return new JobOptions(store, name, description, labels, resumes, command, names);
  }
}
