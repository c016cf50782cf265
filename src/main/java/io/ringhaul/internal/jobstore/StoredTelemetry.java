package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.JobProfile;
import io.ringhaul.job.JobRequest;
import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.MetricQuery;
import io.ringhaul.job.StoredBottleneck;
import io.ringhaul.job.TuningEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The rules of telemetry, independent of its storage. */
final class StoredTelemetry implements JobTelemetry {

  /** The metrics of older jobs are forgotten. */
  static final int MOST_JOBS = 100;

  static final int MOST_ENTRIES = 200;
  static final int MOST_REQUESTS = 20;

  /** A process says every second that it lives. */
  private static final Duration ALIVE = Duration.ofSeconds(5);

  private static final int MOST_HISTORIES = 64;
  private static final Duration TIDIED_EVERY = Duration.ofMinutes(10);

  private record Key(UUID job, MetricKind kind) {}

  private final Transactions transactions;
  private final Map<Key, MetricHistory> histories =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, MetricHistory> eldest) {
          return size() > MOST_HISTORIES;
        }
      };
  private final AtomicLong nextTidying = new AtomicLong(System.nanoTime());

  StoredTelemetry(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public void add(UUID job, MetricKind kind, Collection<Metric> metrics) {
    List<Metric> storable = metrics.stream().filter(each -> Double.isFinite(each.value())).toList();
    boolean isTimeToTidy = isTimeToTidy();
    history(job, kind)
        .add(
            storable,
            step ->
                transactions.write(
                    records -> {
                      boolean result = step.apply(of(job, records));
                      if (isTimeToTidy) {
                        tidy(records, job);
                      }
                      return result;
                    }));
  }

  private MetricHistory history(UUID job, MetricKind kind) {
    synchronized (histories) {
      return histories.computeIfAbsent(new Key(job, kind), none -> new MetricHistory(job, kind));
    }
  }

  private boolean isTimeToTidy() {
    long now = System.nanoTime();
    long before = nextTidying.get();
    return now - before >= 0 && nextTidying.compareAndSet(before, now + TIDIED_EVERY.toNanos());
  }

  /** Jobs whose processes have ended thin out nothing any more: the others do it for them. */
  private static void tidy(JobRecords records, UUID own) {
    TelemetryRecords telemetry = records.telemetry();
    telemetry.keepNewestJobs(MOST_JOBS);
    long now = records.now().toEpochMilli();
    records.ids().stream()
        .limit(MOST_JOBS)
        .filter(job -> !job.equals(own))
        .forEach(
            job -> {
              for (MetricKind kind : MetricKind.values()) {
                MetricHistory.thinOut(telemetry, job, kind, now, telemetry.capacity());
              }
            });
  }

  @Override
  public List<Metric> metrics(MetricQuery query) {
    return read(query.job(), records -> records.metrics(query));
  }

  @Override
  public List<Metric> latest(UUID job, MetricKind kind) {
    return read(job, records -> MetricHistory.latest(records, job, kind));
  }

  @Override
  public Map<UUID, String> beside(UUID job) {
    return transactions.read(
        records -> {
          of(job, records);
          Map<UUID, String> names = new HashMap<>(records.underWay(records.now().minus(ALIVE)));
          names.remove(job);
          return names;
        });
  }

  @Override
  public void put(UUID job, Collection<StoredBottleneck> bottlenecks) {
    change(
        job,
        records -> {
          bottlenecks.forEach(each -> records.put(job, finite(each)));
          records.keepNewestBottlenecks(job, MOST_ENTRIES);
        });
  }

  private static StoredBottleneck finite(StoredBottleneck bottleneck) {
    return new StoredBottleneck(
        bottleneck.id(),
        bottleneck.kind(),
        bottleneck.component(),
        bottleneck.evidence().entrySet().stream()
            .filter(each -> Double.isFinite(each.getValue()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
        bottleneck.reason(),
        bottleneck.recommendation(),
        bottleneck.parameter(),
        bottleneck.value(),
        bottleneck.firstSeen(),
        bottleneck.lastSeen(),
        bottleneck.open());
  }

  @Override
  public List<StoredBottleneck> bottlenecks(UUID job) {
    return read(job, records -> records.bottlenecks(job));
  }

  @Override
  public void put(UUID job, TuningEntry entry) {
    change(
        job,
        records -> {
          records.put(job, entry);
          records.keepNewestTuning(job, MOST_ENTRIES);
        });
  }

  @Override
  public List<TuningEntry> tuning(UUID job) {
    return read(job, records -> records.tuning(job));
  }

  @Override
  public void putTuned(String subject, Map<String, Long> parameters, double rowsPerSecond) {
    transactions.writeRepeatably(
        records -> {
          records.telemetry().putTuned(subject, parameters, rowsPerSecond, records.now());
          return true;
        });
  }

  @Override
  public Map<String, Long> tuned(String subject) {
    return transactions.read(records -> records.telemetry().tuned(subject));
  }

  @Override
  public JobRequest ask(UUID job, JobRequest.Kind kind, String body) {
    String id = UUID.randomUUID().toString();
    Optional<JobProfile> profile =
        kind == JobRequest.Kind.PROFILE
            ? Optional.of(JobProfile.requested(id, body))
            : Optional.empty();
    return transactions.writeRepeatably(
        records -> {
          JobRequest request = insert(job, records, id, kind, body);
          profile.ifPresent(each -> of(job, records).put(job, each));
          return request;
        });
  }

  @Override
  public TuningEntry ask(UUID job, TuningEntry wanted) {
    String body =
        Json.text(new TreeMap<>(Map.of("parameter", wanted.parameter(), "value", wanted.after())));
    return transactions.writeRepeatably(
        records -> {
          JobRequest request = insert(job, records, wanted.id(), JobRequest.Kind.TUNE, body);
          TuningEntry entry =
              new TuningEntry(
                  wanted.id(),
                  request.created(),
                  wanted.parameter(),
                  wanted.before(),
                  wanted.after(),
                  wanted.reason(),
                  wanted.effect(),
                  wanted.state());
          // In one step with the request: a process that takes it up has its answer stand last.
          TelemetryRecords telemetry = of(job, records);
          telemetry.put(job, entry);
          telemetry.keepNewestTuning(job, MOST_ENTRIES);
          return entry;
        });
  }

  private JobRequest insert(
      UUID job, JobRecords records, String id, JobRequest.Kind kind, String body) {
    TelemetryRecords telemetry = of(job, records);
    if (telemetry.requests(job).size() >= MOST_REQUESTS) {
      throw new JobException(
          job,
          "Job "
              + job
              + " has "
              + MOST_REQUESTS
              + " waiting requests; check whether its process still runs",
          null);
    }
    JobRequest request =
        new JobRequest(id, kind, body, Instant.ofEpochMilli(records.now().toEpochMilli()));
    telemetry.insert(job, request);
    return request;
  }

  @Override
  public List<JobRequest> take(UUID job) {
    // Asked every second, and nearly always for nothing: that must not wait for those who write.
    if (read(job, records -> records.requests(job)).isEmpty()) {
      return List.of();
    }
    return transactions.write(
        records -> {
          TelemetryRecords telemetry = of(job, records);
          return telemetry.requests(job).stream()
              .filter(each -> telemetry.delete(job, each))
              .toList();
        });
  }

  @Override
  public void put(UUID job, JobProfile profile) {
    change(job, records -> records.put(job, profile));
  }

  @Override
  public Optional<JobProfile> profile(UUID job) {
    return read(job, records -> records.profile(job));
  }

  private <T> T read(UUID job, Function<TelemetryRecords, T> work) {
    return transactions.read(records -> work.apply(of(job, records)));
  }

  private void change(UUID job, Consumer<TelemetryRecords> work) {
    transactions.writeRepeatably(
        records -> {
          work.accept(of(job, records));
          return true;
        });
  }

  private TelemetryRecords of(UUID job, JobRecords records) {
    TelemetryRecords telemetry = records.telemetry();
    if (!telemetry.hasJob(job)) {
      throw new JobException(
          job, "There is no job " + job + " in " + transactions.location(), null);
    }
    return telemetry;
  }
}
