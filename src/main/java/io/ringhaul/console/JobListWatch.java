package io.ringhaul.console;

import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Watches the newest jobs of a store, and older ones that have not ended. */
final class JobListWatch implements Watch {

  private static final int MOST = 50;

  private final JobStore store;
  private final LiveReader live;
  private byte[] last = new byte[0];
  private Event state = Event.KEEP_ALIVE;

  JobListWatch(JobStore store, LiveReader live) {
    this.store = store;
    this.live = live;
  }

  @Override
  public List<Event> changes() {
    List<Job> all = store.list();
    List<Job> told =
        Stream.concat(all.stream().limit(MOST), all.stream().skip(MOST).filter(Liveness::isOpen))
            .toList();
    byte[] now = Json.bytes(Map.of("items", JobView.briefs(told, live)));
    if (Arrays.equals(now, last)) {
      return List.of();
    }
    last = now;
    state = Event.of("jobs", now);
    return List.of(state);
  }

  @Override
  public Event state() {
    return state;
  }
}
