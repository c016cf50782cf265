package io.ringhaul.internal.limits;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.RunWindow;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a job may take beside the rates of its requests.
 *
 * @param maxCpuShare the part of all cores open to this process that the process may use, above 0
 *     and up to 1; 1 for no bound
 * @param runWindow when the job may ask the cluster for something; empty for always
 * @param priority its weight beside other jobs
 * @param maxDiskBytes how large the files of an export may become in all its runs; 0 for no bound
 */
public record ResourceLimits(
    double maxCpuShare, Optional<RunWindow> runWindow, JobPriority priority, long maxDiskBytes) {

  /** No bound. */
  public static final ResourceLimits NONE =
      new ResourceLimits(1, Optional.empty(), JobPriority.NORMAL, 0);

  /**
   * Checks the values.
   *
   * @throws InvalidSettingException if a limit is out of bounds
   */
  public ResourceLimits {
    if (!(maxCpuShare > 0 && maxCpuShare <= 1)) {
      throw new InvalidSettingException(
          "maxCpuShare", "maxCpuShare is " + maxCpuShare + "; it takes more than 0 and at most 1");
    }
    if (maxDiskBytes < 0) {
      throw new InvalidSettingException(
          "maxDiskBytes", "maxDiskBytes is " + maxDiskBytes + "; it takes at least 1");
    }
  }

  /** Returns these limits with a share of the processor. */
  public ResourceLimits withMaxCpuShare(double share) {
    return new ResourceLimits(share, runWindow, priority, maxDiskBytes);
  }

  /** Returns these limits with hours to run in. */
  public ResourceLimits withRunWindow(RunWindow window) {
    return new ResourceLimits(maxCpuShare, Optional.of(window), priority, maxDiskBytes);
  }

  /** Returns these limits with another priority. */
  public ResourceLimits withPriority(JobPriority other) {
    return new ResourceLimits(maxCpuShare, runWindow, other, maxDiskBytes);
  }

  /** Returns these limits with a limit on the bytes of files. */
  public ResourceLimits withMaxDiskBytes(long bytes) {
    return new ResourceLimits(maxCpuShare, runWindow, priority, bytes);
  }

  /** Those that are set, by name, for people. */
  public Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    if (maxCpuShare < 1) {
      texts.put("maxCpuShare", Double.toString(maxCpuShare));
    }
    if (maxDiskBytes > 0) {
      texts.put("maxDiskBytes", Long.toString(maxDiskBytes));
    }
    runWindow.ifPresent(window -> texts.put("window", window.toString()));
    if (priority != JobPriority.NORMAL) {
      texts.put("priority", priority.toString());
    }
    return texts;
  }
}
