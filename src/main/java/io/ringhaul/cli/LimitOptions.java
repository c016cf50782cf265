package io.ringhaul.cli;

import io.ringhaul.OperationRequest;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.RunWindow;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an operation may take of the cluster and of this process. */
final class LimitOptions {

  @Option(
      names = "--max-in-flight-per-node",
      paramLabel = "N",
      description = "The most requests in flight that one node coordinates. Default: no bound.")
  private @Nullable Integer maxInFlightPerNode;

  @Option(
      names = "--rate",
      paramLabel = "ROWS",
      description = "The most rows in a second. Default: no bound.")
  private @Nullable Long rate;

  @Option(
      names = "--max-bytes-per-second",
      paramLabel = "SIZE",
      description = "The most bytes in a second, such as 500k or 20m. Default: no bound.",
      converter = ByteSize.class)
  private @Nullable Long maxBytesPerSecond;

  @Option(
      names = "--max-cpu",
      paramLabel = "SHARE",
      description =
          "The part of all cores that this process may use, such as 50%% or 0.5. Default: no"
              + " bound.")
  private @Nullable String maxCpu;

  @Option(
      names = "--window",
      paramLabel = "HOURS",
      description =
          "When rows may be read or written, such as 22:00-05:00, 'Mon-Fri 22:00-05:00' or"
              + " '22:00-05:00 Europe/Berlin'; else the command pauses. Default: always.")
  private @Nullable String window;

  @Option(
      names = "--priority",
      paramLabel = "LEVEL",
      description =
          "The weight beside other operations of this process: ${COMPLETION-CANDIDATES}. Default:"
              + " normal.")
  private @Nullable JobPriority priority;

  void apply(OperationRequest<?, ?> request) {
    if (maxInFlightPerNode != null) {
      request.maxInFlightPerNode(maxInFlightPerNode);
    }
    if (rate != null) {
      request.maxRowsPerSecond(rate);
    }
    if (maxBytesPerSecond != null) {
      request.maxBytesPerSecond(maxBytesPerSecond);
    }
    if (maxCpu != null) {
      request.maxCpuShare(share(maxCpu));
    }
    if (window != null) {
      request.runWindow(RunWindow.parse(window));
    }
    if (priority != null) {
      request.priority(priority);
    }
  }

  private static double share(String text) {
    String number = text.strip();
    boolean isPercent = number.endsWith("%");
    try {
      double value =
          Double.parseDouble(isPercent ? number.substring(0, number.length() - 1) : number);
      return isPercent ? value / 100 : value;
    } catch (NumberFormatException e) {
      throw new InvalidSettingException(
          "--max-cpu", "--max-cpu is " + text + "; it takes a share such as 50% or 0.5");
    }
  }
}
