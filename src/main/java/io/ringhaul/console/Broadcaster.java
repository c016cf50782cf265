package io.ringhaul.console;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.telemetry.Background;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who watch what has changed. Once a second one thread reads the store, once for all
 * who watch the same job, however many they are.
 */
final class Broadcaster implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Broadcaster.class);

  private static final String PATH = "/api/events";
  private static final String MEDIA_TYPE = "text/event-stream";
  private static final QueryParameter<UUID> JOB =
      QueryParameter.id("job", "Only events of this job; without it, of the newest jobs in brief");

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  /** So many may watch. */
  static final int MOST_STREAMS = 1_000;

  private final KnownJobs jobs;
  private final LiveReader live;
  private final ScheduledExecutorService clock = Background.clock("ringhaul-console-watch");
  private final Set<EventStream> streams = new HashSet<>();
  private final Map<Optional<UUID>, Watch> watches = new ConcurrentHashMap<>();
  private long toldAt = System.nanoTime();

  Broadcaster(KnownJobs jobs, LiveReader live) {
    this.jobs = jobs;
    this.live = live;
  }

  void start() {
    clock.scheduleWithFixedDelay(
        this::tick, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  List<Route> routes() {
    return List.of(
        Route.text(PATH, "Tells of changes as they come", MEDIA_TYPE, this::watch).taking(JOB));
  }

  private Reply watch(Call call) {
    Optional<UUID> job = call.find(JOB);
    job.ifPresent(jobs::find);
    EventStream stream = new EventStream(job);
    add(stream);
    boolean isWatched = false;
    try {
      // The store is read for it: nobody else is to wait for that. It is there before the head of
      // the reply goes out, so that whoever reads the rest then misses nothing.
      watchOf(job);
      isWatched = true;
    } finally {
      if (!isWatched) {
        stream.close();
      }
    }
    return exchange -> open(exchange, stream);
  }

  private synchronized void add(EventStream stream) {
    if (streams.size() >= MOST_STREAMS) {
      throw new CallRefusal(
          CallRefusal.TOO_MANY,
          "There are " + MOST_STREAMS + " who watch already, the most there are");
    }
    streams.add(stream);
  }

  private Watch watchOf(Optional<UUID> job) {
    Watch known = watches.get(job);
    if (known != null) {
      return known;
    }
    Watch made =
        job.<Watch>map(id -> new JobWatch(jobs, live, id))
            .orElseGet(() -> new JobListWatch(jobs.store()));
    Watch first = watches.putIfAbsent(job, made);
    return first == null ? made : first;
  }

  private static void open(Exchange exchange, EventStream stream) {
    exchange.putHeader(Reply.TYPE, MEDIA_TYPE);
    if (exchange.method().equals("GET")) {
      stream.open(exchange);
    } else {
      stream.close();
      new Reply.Whole(200, Map.of(), new byte[0]).send(exchange);
    }
  }

  private void tick() {
    try {
      all().forEach(EventStream::dropIfLate);
      watched().forEach(this::tell);
      if (System.nanoTime() - toldAt > KEEP_ALIVE.toNanos()) {
        toldAt = System.nanoTime();
        all().forEach(stream -> stream.send(List.of(Event.KEEP_ALIVE)));
      }
    } catch (RuntimeException e) {
      // The next second may do better; a clock that fails once never ticks again.
      LOG.warn("Those who watch could not be told", e);
    }
  }

  /** What is watched; what nobody watches any more is forgotten. */
  private synchronized Set<Optional<UUID>> watched() {
    streams.removeIf(EventStream::isOver);
    Set<Optional<UUID>> watched = new HashSet<>();
    streams.stream()
        .filter(stream -> !stream.isClosed())
        .map(EventStream::job)
        .forEach(watched::add);
    watches.keySet().retainAll(watched);
    return watched;
  }

  private synchronized List<EventStream> all() {
    return List.copyOf(streams);
  }

  private List<EventStream> watching(Optional<UUID> job) {
    return all().stream().filter(stream -> stream.job().equals(job)).toList();
  }

  private void tell(Optional<UUID> job) {
    Watch watch = watches.get(job);
    if (watch == null) {
      // Whoever came for it still reads the store: nobody else is to wait for that.
      return;
    }
    try {
      List<Event> changes = watch.changes();
      // Who came while the store was read may have seen it as it was before.
      for (EventStream stream : watching(job)) {
        if (stream.isNew() && !changes.contains(watch.state())) {
          stream.send(List.of(watch.state()));
        }
        stream.send(changes);
      }
    } catch (CallRefusal e) {
      // The job is gone, for good or until it is begun once more.
      watching(job).forEach(EventStream::close);
    } catch (BulkOperationException e) {
      LOG.debug("The job store could not be read", e);
    }
  }

  /** Those who watch are told no more. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
