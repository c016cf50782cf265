package io.ringhaul.console;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.BatchLabels;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The API calls for jobs. */
final class JobCalls {

  private static final String ALL = "/api/batch-jobs";
  private static final String ONE = ALL + "/{id}";

  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_DESCRIPTION = 4_000;
  private static final int MOST_LABELS = 50;

  private static final QueryParameter<List<JobStatus>> STATUS =
      QueryParameter.oneOf("status", JobStatus.class);
  private static final QueryParameter<String> TEXT = QueryParameter.text("q");

  private final KnownJobs jobs;
  private final LiveReader live;

  JobCalls(KnownJobs jobs, LiveReader live) {
    this.jobs = jobs;
    this.live = live;
  }

  List<Route> routes() {
    return List.of(
        Route.get(ALL, this::list).taking(STATUS, TEXT, ListView.OFFSET, ListView.LIMIT),
        Route.change("POST", ALL, this::make).reading(),
        Route.get(ONE, this::find),
        Route.change("PUT", ONE, this::describe).reading(),
        Route.change("DELETE", ONE, this::delete),
        Route.change("POST", ONE + "/start", this::start),
        Route.change("POST", ONE + "/stop", this::stop),
        Route.change("POST", ONE + "/restart", this::restart));
  }

  private Reply list(Call call) {
    Optional<List<JobStatus>> statuses = call.find(STATUS);
    Optional<String> text = call.find(TEXT).map(each -> each.toLowerCase(Locale.ROOT));
    List<Job> chosen =
        jobs.store().list().stream()
            .filter(job -> statuses.isEmpty() || statuses.get().contains(job.status()))
            .filter(job -> text.isEmpty() || has(job, text.get()))
            .toList();
    return Reply.ok(ListView.of(call, ListView.LIMIT, chosen, JobView::brief));
  }

  private static boolean has(Job job, String text) {
    return Stream.concat(
            Stream.of(job.id().toString(), job.name(), job.description()),
            BatchLabels.ofPeople(job.labels()).entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue()))
        .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains(text));
  }

  private Reply find(Call call) {
    return Reply.ok(view(call));
  }

  private JobView view(Call call) {
    Job job = jobs.find(call.jobId());
    return JobView.of(job, live.read(job).orElse(null));
  }

  private Reply make(Call call) {
    Bodies.NewJob wanted = call.body(Bodies.NewJob.class);
    if (wanted.command() == null || wanted.command().isEmpty()) {
      throw CallRefusal.bad(
          "The body needs 'command', a list of arguments such as \"export\" and \"ks.table\"");
    }
    requireTexts(wanted.command(), "command");
    JobLauncher launcher = jobs.requireLauncher();
    Job made = launcher.make(wanted.command());
    Job job =
        Job.pending(
            made.id(),
            name(wanted.name(), made.name()),
            description(wanted.description(), made.description()),
            labels(wanted.labels(), made.labels()),
            made.kind(),
            made.definition());
    jobs.store().create(job);
    if (Boolean.TRUE.equals(wanted.start())) {
      launcher.start(job);
    }
    return Reply.json(201, JobView.brief(jobs.find(job.id())));
  }

  private Reply describe(Call call) {
    Bodies.JobWords words = call.body(Bodies.JobWords.class);
    Job job = jobs.find(call.jobId());
    jobs.store()
        .describe(
            job.id(),
            name(words.name(), job.name()),
            description(words.description(), job.description()),
            labels(words.labels(), job.labels()));
    return Reply.ok(view(call));
  }

  private Reply delete(Call call) {
    Job job = jobs.find(call.jobId());
    KnownJobs.requireIdle(job);
    jobs.launcher().ifPresent(launcher -> launcher.discard(job));
    try {
      jobs.store().delete(job.id());
    } catch (JobException e) {
      // A concurrent deletion of the job is a success as well.
      if (jobs.store().find(job.id()).isPresent()) {
        throw e;
      }
    }
    return Reply.empty(Map.of());
  }

  private Reply start(Call call) {
    Job job = jobs.find(call.jobId());
    KnownJobs.requireIdle(job);
    if (job.status() == JobStatus.COMPLETED) {
      throw CallRefusal.conflict("Job " + job.id() + " is completed; restart it to run it again");
    }
    jobs.requireLauncher().start(job);
    return asked(call);
  }

  private Reply restart(Call call) {
    Job job = jobs.find(call.jobId());
    KnownJobs.requireIdle(job);
    jobs.requireLauncher().restart(job);
    return asked(call);
  }

  private Reply stop(Call call) {
    Job job = jobs.find(call.jobId());
    jobs.store().requestStop(job.id());
    boolean wasStarting = jobs.launcher().filter(launcher -> launcher.cancel(job)).isPresent();
    boolean wasOpen = Liveness.isWorking(job) || job.status() == JobStatus.PENDING;
    if (!wasOpen && !wasStarting) {
      throw CallRefusal.conflict(
          "Job " + job.id() + " is not running (it is " + job.status() + ")");
    }
    return asked(call);
  }

  /** Returns the state after a request; a restarted job may be missing for a moment. */
  private Reply asked(Call call) {
    return Reply.json(202, view(call));
  }

  private static String name(@Nullable String wanted, String fallback) {
    String name = Objects.requireNonNullElse(wanted, fallback).strip();
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw CallRefusal.bad("A job's name must have 1 to " + LONGEST_NAME + " characters");
    }
    return name;
  }

  private static String description(@Nullable String wanted, String fallback) {
    String description = Objects.requireNonNullElse(wanted, fallback);
    if (description.length() > LONGEST_DESCRIPTION) {
      throw CallRefusal.bad(
          "A job's description must have at most " + LONGEST_DESCRIPTION + " characters");
    }
    return description;
  }

  private static Map<String, String> labels(
      @Nullable Map<String, String> wanted, Map<String, String> fallback) {
    Map<String, String> all = Objects.requireNonNullElse(wanted, fallback);
    requireTexts(all.values(), "labels");
    Map<String, String> labels = BatchLabels.ofPeople(all);
    if (wanted != null && labels.size() < wanted.size()) {
      throw CallRefusal.bad("Labels that start with 'ringhaul.' are reserved: remove them");
    }
    boolean tooLong =
        labels.entrySet().stream()
            .anyMatch(
                each ->
                    each.getKey().isBlank()
                        || each.getKey().length() > LONGEST_NAME
                        || each.getValue().length() > LONGEST_NAME);
    if (labels.size() > MOST_LABELS || tooLong) {
      throw CallRefusal.bad(
          "A job must have at most "
              + MOST_LABELS
              + " labels, and their names and values at most "
              + LONGEST_NAME
              + " characters");
    }
    return labels;
  }

  private static void requireTexts(Collection<String> texts, String field) {
    if (texts.stream().anyMatch(Objects::isNull)) {
      throw CallRefusal.bad("'" + field + "' contains a null; every entry must be a string");
    }
  }
}
