package io.ringhaul.console;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.TooManyRequestsResponse;
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
 * Sends changes to the clients of the event stream. Once a second, one thread reads the store once
 * for each watched job, independent of the number of clients.
 */
final class Broadcaster implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Broadcaster.class);

  private static final String PATH = "/api/events";
  private static final String MEDIA_TYPE = "text/event-stream";

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  /** The largest number of concurrent clients. */
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
        Background.lasting("Telling the clients of events", this::tick),
        EVERY.toMillis(),
        EVERY.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  void addTo(Api api) {
    api.get(PATH, this::watch, Query.JOB);
  }

  private void watch(Context context) {
    Optional<UUID> job = Query.findJob(context);
    job.ifPresent(jobs::find);
    QueuedResponse response = QueuedResponse.of(context);
    if (context.method().equals(HandlerType.HEAD)) {
      response.contentType(MEDIA_TYPE);
      return;
    }
    EventStream stream = new EventStream(job, response);
    add(stream);
    boolean isWatched = false;
    try {
      // Reads the store in the request thread, so that no other client waits for it. The watch
      // exists before the response header is sent, so the client misses no later change.
      watchOf(job);
      isWatched = true;
    } finally {
      if (!isWatched) {
        stream.close();
      }
    }
    response.contentType(MEDIA_TYPE);
    context.future(stream::open);
  }

  private synchronized void add(EventStream stream) {
    if (streams.size() >= MOST_STREAMS) {
      throw new TooManyRequestsResponse(
          "The limit of " + MOST_STREAMS + " event streams is reached");
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
            .orElseGet(() -> new JobListWatch(jobs.store(), live));
    Watch first = watches.putIfAbsent(job, made);
    return first == null ? made : first;
  }

  private void tick() {
    all().forEach(EventStream::dropIfStuck);
    watched().forEach(this::tell);
    if (System.nanoTime() - toldAt > KEEP_ALIVE.toNanos()) {
      toldAt = System.nanoTime();
      all().stream()
          .filter(EventStream::isOpen)
          .forEach(stream -> stream.send(List.of(Event.KEEP_ALIVE)));
    }
  }

  /** Returns the watched jobs and evicts watches without clients. */
  private synchronized Set<Optional<UUID>> watched() {
    streams.removeIf(EventStream::isClosed);
    Set<Optional<UUID>> watched = new HashSet<>();
    streams.forEach(stream -> watched.add(stream.job()));
    watches.keySet().retainAll(watched);
    return watched;
  }

  private synchronized List<EventStream> all() {
    return List.copyOf(streams);
  }

  private List<EventStream> watching(Optional<UUID> job) {
    return all().stream()
        .filter(EventStream::isOpen)
        .filter(stream -> stream.job().equals(job))
        .toList();
  }

  private void tell(Optional<UUID> job) {
    Watch watch = watches.get(job);
    if (watch == null) {
      // The first client's request still reads the store; the tick does not wait for it.
      return;
    }
    try {
      List<Event> changes = watch.changes();
      // A client that connected during the read may have seen the state before it.
      for (EventStream stream : watching(job)) {
        if (stream.isNew() && !changes.contains(watch.state())) {
          stream.send(List.of(watch.state()));
        }
        stream.send(changes);
      }
    } catch (NotFoundResponse e) {
      // The job was deleted; it can reappear when it is started again.
      watching(job).forEach(EventStream::close);
    } catch (BulkOperationException e) {
      LOG.debug("The job store could not be read", e);
    } catch (RuntimeException e) {
      // Events of the other jobs follow.
      LOG.warn("Events could not be sent", e);
    }
  }

  /** Stops sending events, and waits for a read of the store, which the caller closes next. */
  @Override
  public void close() {
    clock.shutdown();
    Background.awaitEnd(clock, EVERY);
  }
}
