package io.ringhaul.console;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
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

  private static final String STATUS = "status";
  private static final String TEXT = "q";

  private final KnownJobs jobs;
  private final LiveReader live;

  JobCalls(KnownJobs jobs, LiveReader live) {
    this.jobs = jobs;
    this.live = live;
  }

  /** A job to create. */
  record NewJob(
      List<String> command,
      @Nullable String name,
      @Nullable String description,
      @Nullable Map<String, String> labels,
      @Nullable Boolean start) {}

  /** The name, description and labels of a job; null fields are not changed. */
  record JobWords(
      @Nullable String name, @Nullable String description, @Nullable Map<String, String> labels) {}

  void addTo(Api api) {
    api.get(ALL, this::list, STATUS, TEXT, ListView.OFFSET, ListView.LIMIT);
    api.change(HandlerType.POST, ALL, NewJob.class, this::make);
    api.get(ONE, this::find);
    api.change(HandlerType.PUT, ONE, JobWords.class, this::describe);
    api.change(HandlerType.DELETE, ONE, this::delete);
    api.change(
        HandlerType.POST,
        ONE + "/start",
        KnownJobs.Changes.class,
        KnownJobs.Changes.NONE,
        this::start);
    api.change(HandlerType.POST, ONE + "/stop", this::stop);
    api.change(
        HandlerType.POST,
        ONE + "/restart",
        KnownJobs.Changes.class,
        KnownJobs.Changes.NONE,
        this::restart);
  }

  private void list(Context context) {
    Optional<List<JobStatus>> statuses = Query.constants(context, STATUS, JobStatus.class);
    Optional<String> text = Query.text(context, TEXT).map(each -> each.toLowerCase(Locale.ROOT));
    List<Job> chosen =
        jobs.store().list().stream()
            .filter(job -> statuses.isEmpty() || statuses.get().contains(job.status()))
            .filter(job -> text.isEmpty() || has(job, text.get()))
            .toList();
    context.jsonStream(ListView.ofPage(context, chosen, page -> JobView.briefs(page, live)));
  }

  private static boolean has(Job job, String text) {
    return Stream.concat(
            Stream.of(job.id().toString(), job.name(), job.description()),
            BatchLabels.ofPeople(job.labels()).entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue()))
        .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains(text));
  }

  private void find(Context context) {
    context.jsonStream(view(context));
  }

  private JobView view(Context context) {
    Job job = jobs.find(Api.jobId(context));
    return JobView.of(job, live);
  }

  private void make(Context context, NewJob wanted) {
    if (wanted.command() == null || wanted.command().isEmpty()) {
      throw new BadRequestResponse(
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
    context.status(HttpStatus.CREATED).jsonStream(JobView.of(jobs.find(job.id()), live));
  }

  private void describe(Context context, JobWords words) {
    Job job = jobs.find(Api.jobId(context));
    jobs.store()
        .describe(
            job.id(),
            name(words.name(), job.name()),
            description(words.description(), job.description()),
            labels(words.labels(), job.labels()));
    context.jsonStream(view(context));
  }

  private void delete(Context context) {
    Job job = jobs.find(Api.jobId(context));
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
    context.status(HttpStatus.NO_CONTENT);
  }

  private void start(Context context, KnownJobs.Changes changes) {
    Job job = jobs.find(Api.jobId(context));
    KnownJobs.requireIdle(job);
    if (job.status() == JobStatus.COMPLETED) {
      throw new ConflictResponse("Job " + job.id() + " is completed; restart it to run it again");
    }
    JobLauncher launcher = jobs.requireLauncher();
    launcher.requireStartable(job);
    launcher.start(jobs.change(job, changes));
    answer(context);
  }

  private void restart(Context context, KnownJobs.Changes changes) {
    Job job = jobs.find(Api.jobId(context));
    KnownJobs.requireIdle(job);
    JobLauncher launcher = jobs.requireLauncher();
    launcher.requireStartable(job);
    launcher.restart(jobs.change(job, changes));
    answer(context);
  }

  private void stop(Context context) {
    Job job = jobs.find(Api.jobId(context));
    jobs.store().requestStop(job.id());
    boolean wasStarting = jobs.launcher().filter(launcher -> launcher.cancel(job)).isPresent();
    boolean wasOpen = Liveness.isOpen(job);
    if (!wasOpen && !wasStarting) {
      throw new ConflictResponse(
          "Job " + job.id() + " is not running (it is " + job.status() + ")");
    }
    answer(context);
  }

  /** Answers with the state after a request; a restarted job may be missing for a moment. */
  private void answer(Context context) {
    context.status(HttpStatus.ACCEPTED).jsonStream(view(context));
  }

  private static String name(@Nullable String wanted, String fallback) {
    String name = Objects.requireNonNullElse(wanted, fallback).strip();
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw new BadRequestResponse("A job's name must have 1 to " + LONGEST_NAME + " characters");
    }
    return name;
  }

  private static String description(@Nullable String wanted, String fallback) {
    String description = Objects.requireNonNullElse(wanted, fallback);
    if (description.length() > LONGEST_DESCRIPTION) {
      throw new BadRequestResponse(
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
      throw new BadRequestResponse("Labels that start with 'ringhaul.' are reserved: remove them");
    }
    boolean tooLong =
        labels.entrySet().stream()
            .anyMatch(
                each ->
                    each.getKey().isBlank()
                        || each.getKey().length() > LONGEST_NAME
                        || each.getValue().length() > LONGEST_NAME);
    if (labels.size() > MOST_LABELS || tooLong) {
      throw new BadRequestResponse(
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
      throw new BadRequestResponse("'" + field + "' contains a null; every entry must be a string");
    }
  }
}
