package io.ringhaul.internal.limits;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.RunWindow;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Limits of a job besides its request rates.
 *
 * @param maxCpuShare the share of the available cores that the process may use, above 0 and up to
 *     1; 1 for no limit
 * @param runWindow the hours in which the job may send requests; empty for no limit
 * @param priority the weight beside other jobs
 * @param maxDiskBytes maximum bytes of the files of an export in all its runs; 0 for no limit
 */
public record ResourceLimits(
    double maxCpuShare, Optional<RunWindow> runWindow, JobPriority priority, long maxDiskBytes) {

  /** No limits. */
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

  /** Returns these limits with another CPU share. */
  public ResourceLimits withMaxCpuShare(double share) {
    return new ResourceLimits(share, runWindow, priority, maxDiskBytes);
  }

  /** Returns these limits with a run window. */
  public ResourceLimits withRunWindow(RunWindow window) {
    return new ResourceLimits(maxCpuShare, Optional.of(window), priority, maxDiskBytes);
  }

  /** Returns these limits with another priority. */
  public ResourceLimits withPriority(JobPriority other) {
    return new ResourceLimits(maxCpuShare, runWindow, other, maxDiskBytes);
  }

  /** Returns these limits with another limit on the bytes of files. */
  public ResourceLimits withMaxDiskBytes(long bytes) {
    return new ResourceLimits(maxCpuShare, runWindow, priority, bytes);
  }

  /** The limits that are set, by name, as text for display. */
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
