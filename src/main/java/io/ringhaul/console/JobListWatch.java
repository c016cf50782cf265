package io.ringhaul.console;

import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.JobStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Watches the newest jobs of a store, and older ones that have not ended. */
final class JobListWatch implements Watch {

  private static final int MOST = 50;

  private final JobRuns jobs;
  private final LiveReader live;
  private byte[] last = new byte[0];
  private Event state = Event.KEEP_ALIVE;

  JobListWatch(JobStore store, LiveReader live) {
    this.jobs = JobRuns.of(store);
    this.live = live;
  }

  @Override
  public List<Event> changes() {
    byte[] now = Json.bytes(Map.of("items", JobView.briefs(jobs.latest(MOST), live)));
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
