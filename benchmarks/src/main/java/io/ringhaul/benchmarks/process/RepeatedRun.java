package io.ringhaul.benchmarks.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.benchmarks.measure.Measurement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that did its work several times and said so in its last line.
 *
 * @param whole the process
 * @param rows of each time; -1 if it does not tell them
 * @param seconds of each time
 */
public record RepeatedRun(MeasuredProcess.Outcome whole, long rows, List<Double> seconds) {

  public static RepeatedRun of(MeasuredProcess.Outcome whole) throws IOException {
    JsonNode result = new ObjectMapper().readTree(whole.lastLine());
    List<Double> seconds = new ArrayList<>();
    result.path("seconds").forEach(each -> seconds.add(each.asDouble()));
    return new RepeatedRun(whole, result.path("rows").asLong(-1), List.copyOf(seconds));
  }

  /** Its last time; processor time is the mean of all times, with its start. */
  public Measurement lastTime(long handled) {
    return new Measurement(
        handled,
        seconds.get(seconds.size() - 1),
        whole.cpuSeconds() / seconds.size(),
        whole.serverCpuSeconds() / seconds.size(),
        whole.peakMegabytes());
  }
}
