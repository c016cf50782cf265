package io.ringhaul.internal.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.jobstore.JobRequest;
import io.ringhaul.internal.limits.ManagedJob;
import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.internal.tuning.KeyProbe;
import io.ringhaul.internal.tuning.LatencyProbe;
import io.ringhaul.internal.tuning.Parameter;
import io.ringhaul.internal.tuning.Tuner;
import io.ringhaul.internal.tuning.TuningSettings;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tunes an operation while it is open and stores the result for the next operation. */
final class OperationTuning implements SampleListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OperationTuning.class);

  /** A process that is held to a CPU share varies around it. */
  private static final double AT_SHARE = 0.9;

  private final TuningSettings settings;
  private final OperationSubject subject;
  private final Tuner tuner;
  private final @Nullable LatencyProbe probe;

  /** The parameters that a user has changed. */
  private final Set<String> changed = ConcurrentHashMap.newKeySet();

  private OperationTuning(
      TuningSettings settings,
      OperationSubject subject,
      OperationParameters parameters,
      RequestSender sender,
      ManagedJob managed,
      Predicate<Sample> held) {
    this.settings = settings;
    this.subject = subject;
    Map<String, Long> earlier = settings.mode() == TuningMode.OFF ? Map.of() : earlier(subject);
    List<Parameter> tuned = parameters.all();
    if (settings.mode() == TuningMode.ADAPT) {
      tuned = tuned.stream().map(each -> beginning(each, earlier, parameters)).toList();
    }
    this.tuner = new Tuner(settings.mode(), tuned, earlier, held, this::heard);
    this.probe = probe(tuned, sender, managed);
  }

  /**
   * Starts to tune: parameters take the values that worked for an earlier operation, unless the
   * user set others.
   *
   * @param sender sends the requests whose number in flight is tuned
   */
  static OperationTuning open(
      OperationSettings settings,
      OperationSubject subject,
      OperationParameters parameters,
      RequestSender sender,
      ManagedJob managed) {
    return new OperationTuning(
        settings.tuning(),
        subject,
        parameters,
        sender,
        managed,
        sample -> isAtRate(settings, sender.limits(), sample));
  }

  /** Whether a second's rows, bytes or CPU time are at their limit. */
  private static boolean isAtRate(OperationSettings settings, RequestLimits limits, Sample sample) {
    double cpuShare = settings.limits().limits().maxCpuShare();
    return limits.isReached(sample.rowsPerSecond(), sample.bytesPerSecond())
        || (cpuShare < 1 && sample.process().cpuShare() >= AT_SHARE * cpuShare);
  }

  private static Parameter beginning(
      Parameter parameter, Map<String, Long> earlier, OperationParameters parameters) {
    Long worked = earlier.get(parameter.tunable().name());
    if (worked == null) {
      return parameter;
    }
    if (!parameters.isAsked(parameter.tunable().name())) {
      parameter.tunable().set(worked);
    }
    // A value that worked is a better guess than the default.
    return new Parameter(parameter.tunable(), () -> worked, parameter.preference());
  }

  private @Nullable LatencyProbe probe(
      List<Parameter> tuned, RequestSender sender, ManagedJob managed) {
    if (settings.bound().isEmpty()) {
      return null;
    }
    Supplier<? extends CompletionStage<?>> probing =
        settings.probe().isPresent()
            ? settings.probe().get()
            : new KeyProbe(subject.session(), subject.table(), settings.bound().get());
    Parameter requests =
        tuned.stream()
            .filter(each -> each.tunable().name().equals(Tunable.IN_FLIGHT))
            .findFirst()
            .orElseThrow();
    return LatencyProbe.start(
        settings.bound().get(),
        probing,
        new LatencyProbe.HeldRequests(
            () -> (int) requests.tunable().value(),
            sender::inFlight,
            () -> managed.pause().isPresent(),
            most -> sender.ceiling(LimitingFactor.Kind.PROTECTED_LATENCY, most)));
  }

  @Override
  public void sampled(Sample sample) {
    tuner.sampled(sample);
  }

  /**
   * Sets a parameter on request. If that is not possible, the parameter stays, and the history and
   * the log say why.
   */
  void asked(JobRequest request) {
    String name = "";
    long value = 0;
    try {
      JsonNode body = Json.tree(request.body());
      name = body.path("parameter").asText();
      value = body.path("value").asLong();
      tuner.set(request.id(), name, value, Instant.now());
      changed.add(name);
    } catch (IllegalArgumentException | InvalidSettingException e) {
      LOG.warn("A requested change of a parameter was refused: {}", e.getMessage());
      heard(
          new TuningEntry(
              request.id(),
              Instant.now(),
              name,
              tuner.values().getOrDefault(name, 0L),
              value,
              "Set by a user",
              Optional.of("Refused: " + e.getMessage()),
              TuningEntry.State.REVERTED));
    }
  }

  /** Whether a user has changed a parameter of the running operation. */
  boolean isChanged(String parameter) {
    return changed.contains(parameter);
  }

  /** The operation has succeeded: stores the tuned parameters. */
  void succeeded() {
    tuner
        .proven()
        .ifPresent(
            proven ->
                subject
                    .job()
                    .ifPresent(
                        job ->
                            quietly(
                                () ->
                                    job.telemetry()
                                        .putTuned(
                                            subject.kind(),
                                            proven.values(),
                                            proven.rowsPerSecond()))));
  }

  private void heard(TuningEntry entry) {
    subject.job().ifPresent(job -> quietly(() -> job.telemetry().put(job.id(), entry)));
    try {
      settings.listener().accept(entry);
    } catch (RuntimeException e) {
      LOG.warn(
          "A listener failed on a change of {}; the operation continues", entry.parameter(), e);
    }
  }

  private static Map<String, Long> earlier(OperationSubject subject) {
    Map<String, Long> earlier = new HashMap<>();
    subject
        .job()
        .ifPresent(job -> quietly(() -> earlier.putAll(job.telemetry().tuned(subject.kind()))));
    return earlier;
  }

  /** An operation does not fail because its tuning cannot be stored. */
  private static void quietly(Runnable step) {
    try {
      step.run();
    } catch (BulkOperationException e) {
      LOG.debug("The job's store does not keep how the operation is tuned", e);
    }
  }

  @Override
  public void close() {
    try {
      tuner.end();
    } finally {
      if (probe != null) {
        probe.close();
      }
    }
  }
}
