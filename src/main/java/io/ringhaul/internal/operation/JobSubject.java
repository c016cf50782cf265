package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a stored job reads and writes, as far as it is known: a job that has not planned yet knows
 * only its command.
 *
 * @param keyspace the keyspace of its table
 * @param table its table without the keyspace
 * @param direction its kind in lower case, such as {@code export}
 * @param format the format of its files, such as {@code iceberg}
 * @param location where its files are
 * @param committed what an export has committed; empty for other jobs and before the commit
 */
public record JobSubject(
    Optional<String> keyspace,
    Optional<String> table,
    String direction,
    Optional<String> format,
    Optional<String> location,
    Optional<CommitResult> committed) {

  private record Files(String format, String location, Optional<CommitResult> committed) {}

  /** Reads the subject of a job. */
  public static JobSubject of(Job job) {
    // Names of keyspaces and tables contain no dots.
    Optional<List<String>> name =
        Optional.ofNullable(job.definition().fingerprint().get("table"))
            // A stored command has its options, with their values, before the table.
            .or(
                () ->
                    job.definition().command().stream()
                        .skip(1)
                        .filter(argument -> !argument.startsWith("-"))
                        .findFirst())
            .map(text -> List.of(text.split("\\.", 2)))
            .filter(parts -> parts.size() == 2);
    Optional<Files> files = files(job);
    List<String> command = job.definition().command();
    return new JobSubject(
        name.map(parts -> plain(parts.get(0))),
        name.map(parts -> plain(parts.get(1))),
        job.kind().name().toLowerCase(Locale.ROOT),
        files.map(Files::format).or(() -> option(command, "--format")),
        files.map(Files::location).or(() -> option(command, "--path")),
        files.flatMap(Files::committed).filter(result -> job.status() == JobStatus.COMPLETED));
  }

  private static String plain(String cql) {
    try {
      return CqlIdentifier.fromCql(cql).asInternal();
    } catch (IllegalArgumentException e) {
      return cql;
    }
  }

  private static Optional<String> option(List<String> command, String name) {
    int at = command.indexOf(name);
    return at >= 0 && at + 1 < command.size()
        ? Optional.of(command.get(at + 1))
        : command.stream()
            .filter(each -> each.startsWith(name + "="))
            .map(each -> each.substring(name.length() + 1))
            .findFirst();
  }

  private static Optional<Files> files(Job job) {
    try {
      return job.plan()
          .flatMap(
              plan ->
                  switch (job.kind()) {
                    case EXPORT -> {
                      StoredExport export = StoredExport.parse(plan);
                      TargetPlan target = export.target();
                      yield Optional.of(
                          new Files(target.format(), target.location(), export.result()));
                    }
                    case IMPORT, DELETE -> {
                      SourcePlan source = StoredImport.plan(plan, List.of());
                      yield Optional.of(
                          new Files(source.format(), source.location(), Optional.empty()));
                    }
                    case COUNT -> Optional.empty();
                  });
    } catch (IllegalArgumentException e) {
      // The plan of another version says nothing about the files.
      return Optional.empty();
    }
  }
}
