package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobProfile;
import io.ringhaul.job.JobRequest;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.MetricQuery;
import io.ringhaul.job.StoredBottleneck;
import io.ringhaul.job.TuningEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Telemetry in maps. Callers check before they change anything, as with jobs. */
final class MemoryTelemetry implements TelemetryRecords {

  /** About 2 MB of the heap. */
  private static final int CAPACITY = 20_000;

  /** The telemetry of one job. */
  private static final class Entry {

    private final Map<MetricKind, Map<Resolution, List<Metric>>> metrics =
        new EnumMap<>(MetricKind.class);
    private final Map<String, StoredBottleneck> bottlenecks = new HashMap<>();
    private final Map<String, TuningEntry> tuning = new HashMap<>();
    private final Map<String, JobRequest> requests = new HashMap<>();
    private Optional<JobProfile> profile = Optional.empty();

    private List<Metric> metrics(MetricKind kind, Resolution resolution) {
      return metrics
          .computeIfAbsent(kind, none -> new EnumMap<>(Resolution.class))
          .computeIfAbsent(resolution, none -> new ArrayList<>());
    }
  }

  private final Set<UUID> jobs;
  private final Map<UUID, Entry> entries = new HashMap<>();
  private final Map<String, Map<String, Long>> tuned = new HashMap<>();

  /**
   * @param jobs those that there are, as they change
   */
  MemoryTelemetry(Set<UUID> jobs) {
    this.jobs = jobs;
  }

  private Entry entry(UUID id) {
    return entries.computeIfAbsent(id, none -> new Entry());
  }

  @Override
  public int capacity() {
    return CAPACITY;
  }

  @Override
  public boolean hasJob(UUID id) {
    return jobs.contains(id);
  }

  @Override
  public void insert(UUID id, MetricKind kind, Resolution resolution, List<Metric> metrics) {
    List<Metric> all = entry(id).metrics(kind, resolution);
    metrics.forEach(each -> all.add(kept(each)));
    all.sort(Comparator.comparing(Metric::time));
  }

  /** As a database would keep it. */
  private static Metric kept(Metric metric) {
    return new Metric(
        Instant.ofEpochMilli(metric.time().toEpochMilli()),
        metric.component(),
        metric.name(),
        metric.value(),
        metric.partition(),
        metric.context());
  }

  @Override
  public List<Metric> metrics(MetricQuery query) {
    List<Metric> found =
        entry(query.job()).metrics.getOrDefault(query.kind(), Map.of()).values().stream()
            .flatMap(List::stream)
            .filter(
                each ->
                    !each.time().isBefore(query.since())
                        && each.time().isBefore(query.until())
                        && query.component().map(each.component()::equals).orElse(true)
                        && query.name().map(each.name()::equals).orElse(true))
            .sorted(MetricHistory.ORDER)
            .toList();
    return found.subList(Math.max(0, found.size() - query.limit()), found.size());
  }

  @Override
  public OptionalLong newest(UUID id, MetricKind kind, Resolution resolution, int number) {
    List<Metric> all = entry(id).metrics(kind, resolution);
    return all.size() > number
        ? OptionalLong.of(all.get(all.size() - 1 - number).time().toEpochMilli())
        : OptionalLong.empty();
  }

  @Override
  public int deleteOldest(UUID id, MetricKind kind, Resolution resolution, long before, int most) {
    List<Metric> all = entry(id).metrics(kind, resolution);
    int count = 0;
    while (count < all.size() && count < most && all.get(count).time().toEpochMilli() < before) {
      count++;
    }
    all.subList(0, count).clear();
    return count;
  }

  @Override
  public void keepNewestJobs(int count) {
    // It ends with the process, which runs few jobs.
  }

  @Override
  public void put(UUID id, StoredBottleneck bottleneck) {
    entry(id).bottlenecks.put(bottleneck.id(), bottleneck);
  }

  @Override
  public List<StoredBottleneck> bottlenecks(UUID id) {
    return entry(id).bottlenecks.values().stream()
        .sorted(
            Comparator.comparing(StoredBottleneck::firstSeen)
                .reversed()
                .thenComparing(StoredBottleneck::id))
        .toList();
  }

  @Override
  public void put(UUID id, TuningEntry tuningEntry) {
    entry(id).tuning.put(tuningEntry.id(), tuningEntry);
  }

  @Override
  public List<TuningEntry> tuning(UUID id) {
    return entry(id).tuning.values().stream()
        .sorted(Comparator.comparing(TuningEntry::time).reversed().thenComparing(TuningEntry::id))
        .toList();
  }

  @Override
  public void keepNewestBottlenecks(UUID id, int count) {
    bottlenecks(id).stream().skip(count).forEach(each -> entry(id).bottlenecks.remove(each.id()));
  }

  @Override
  public void keepNewestTuning(UUID id, int count) {
    tuning(id).stream().skip(count).forEach(each -> entry(id).tuning.remove(each.id()));
  }

  @Override
  public void putTuned(
      String subject, Map<String, Long> parameters, double rowsPerSecond, Instant time) {
    tuned.put(subject, Map.copyOf(parameters));
  }

  @Override
  public Map<String, Long> tuned(String subject) {
    return tuned.getOrDefault(subject, Map.of());
  }

  @Override
  public void insert(UUID id, JobRequest request) {
    entry(id).requests.put(request.id(), request);
  }

  @Override
  public List<JobRequest> requests(UUID id) {
    return entry(id).requests.values().stream()
        .sorted(Comparator.comparing(JobRequest::created).thenComparing(JobRequest::id))
        .toList();
  }

  @Override
  public boolean delete(UUID id, JobRequest request) {
    return entry(id).requests.remove(request.id()) != null;
  }

  @Override
  public void put(UUID id, JobProfile profile) {
    entry(id).profile = Optional.of(profile);
  }

  @Override
  public Optional<JobProfile> profile(UUID id) {
    return entry(id).profile;
  }

  @Override
  public void reset(UUID id) {
    @Nullable Entry before = entries.remove(id);
    if (before != null) {
      entry(id).tuning.putAll(before.tuning);
    }
  }

  @Override
  public void delete(UUID id) {
    entries.remove(id);
  }
}
