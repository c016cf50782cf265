package io.ringhaul.benchmarks.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.benchmarks.measure.Measurement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that repeated its work and reported the times in its last line.
 *
 * @param whole the process
 * @param rows the rows of each repetition; -1 if not reported
 * @param seconds the time of each repetition
 */
public record RepeatedRun(MeasuredProcess.Outcome whole, long rows, List<Double> seconds) {

  public static RepeatedRun of(MeasuredProcess.Outcome whole) throws IOException {
    JsonNode result = new ObjectMapper().readTree(whole.lastLine());
    List<Double> seconds = new ArrayList<>();
    result.path("seconds").forEach(each -> seconds.add(each.asDouble()));
    return new RepeatedRun(whole, result.path("rows").asLong(-1), List.copyOf(seconds));
  }

  /**
   * Returns the last repetition; its CPU time is the mean of all repetitions including the start.
   */
  public Measurement lastTime(long handled) {
    return new Measurement(
        handled,
        seconds.get(seconds.size() - 1),
        whole.cpuSeconds() / seconds.size(),
        whole.serverCpuSeconds() / seconds.size(),
        whole.peakMegabytes());
  }
}
