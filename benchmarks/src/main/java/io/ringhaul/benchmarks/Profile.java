package io.ringhaul.benchmarks;

import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.warm.HotMethods;
import io.ringhaul.benchmarks.warm.Works;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/** Repeats one work in a warm process under JDK Flight Recorder. */
public final class Profile {

  private static final int MOST_LINES = 30;

  private Profile() {}

  /**
   * Options: {@code --work} (a name of {@link Works}), {@code --dataset}, {@code --rows}, {@code
   * --runs} and {@code --warm-ups}.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            Map.of("rows", 1_000_000, "runs", 10, "warm-ups", 5),
            Map.of("dataset", Dataset.ORDERS.table(), "work", Works.CSV));
    Dataset dataset = Dataset.named(options.text("dataset"));
    String name = options.text("work");
    Path file =
        Files.createDirectories(Path.of("target", "profiles"))
            .resolve(dataset.table() + "-" + name + ".jfr");
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      dataset.fill(cluster, options.of("rows"));
      try (Works works = new Works(cluster.session(), dataset, Folders.temporary("profile"));
          Recording recording = new Recording(Configuration.getConfiguration("profile"))) {
        works.contest("Warm-up", List.of(name)).run(0, options.of("warm-ups"));
        recording.start();
        Series runs =
            works
                .contest("Profile", List.of(name))
                .run(0, options.of("runs"))
                .values()
                .iterator()
                .next();
        recording.stop();
        recording.dump(file);
        System.out.printf(
            Locale.ROOT,
            "%s: median %.2f s, client CPU %.2f s%n",
            name,
            runs.median(Measurement::seconds),
            runs.median(Measurement::cpuSeconds));
      }
    }
    HotMethods.of(file).print(MOST_LINES);
    System.out.println("\nThe complete recording is in " + file);
    System.exit(0);
  }
}
