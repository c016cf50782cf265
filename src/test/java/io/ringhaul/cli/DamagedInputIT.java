package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that damaged input and odd options lead to a sentence and a suitable exit code. */
@ClusterTest
class DamagedInputIT {

  private static final int INPUTS_OF_A_FORMAT = 7;
  private static final int MOST_DAMAGES = 4;

  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE "
                + keyspace
                + ".t (id int PRIMARY KEY, v text, d decimal,"
                + " m map<int,text>)",
            "CREATE TABLE "
                + keyspace
                + ".copy (id int PRIMARY KEY, v text, d decimal,"
                + " m map<int,text>)"));
    for (int id = 0; id < 20; id++) {
      TestCluster.session()
          .execute(
              "INSERT INTO "
                  + keyspace
                  + ".t (id, v, d, m) VALUES ("
                  + id
                  + ", 'a \"b\", c', 1.50,"
                  + " {1: 'x', 2: 'y'})");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "parquet"})
  void reportsDamagedFile(String format) throws IOException {
    byte[] whole = exported(format);
    for (int input = 0; input < INPUTS_OF_A_FORMAT; input++) {
      Random random = new Random(Seeds.next());
      byte[] damaged = damaged(whole, random);
      // A single file, so that no checksum of a manifest reports the damage first.
      Path file = folder.resolve(input + "." + format);
      Files.write(file, damaged);
      List<String> arguments =
          new ArrayList<>(
              List.of("import", keyspace + ".copy", "--format=" + format, "--path=" + file));
      if (random.nextBoolean()) {
        arguments.add("--rejects=" + folder.resolve(input + ".rejects.jsonl"));
        arguments.add("--on-unrepresentable=reject");
      }
      CapturedRun run = run(arguments.toArray(String[]::new));
      assertSentence(run, arguments + " of " + text(damaged));
      assertThat(run.exitCode()).as(run.err()).isIn(0, 1);
    }
  }

  @Test
  void reportsDamagedParquetPageWithoutStackTrace() throws IOException {
    byte[] bytes = exported("parquet");
    // Damages the only value of a dictionary page, which the page's checksum covers.
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("a \"b\", c")] ^= 1;
    Path file = folder.resolve("page.parquet");
    Files.write(file, bytes);
    CapturedRun run = run("import", keyspace + ".copy", "--format=parquet", "--path=" + file);
    assertSentence(run, text(bytes));
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("cannot be read", "CRC").doesNotContain("ERROR");
  }

  @Test
  void oddOptionValueIsInvalidUsage() {
    Path out = folder.resolve("out");
    for (String odd :
        List.of(
            "--parallelism=0",
            "--parallelism=99999999999",
            "--rate=-1",
            "--max-bytes-per-second=10q",
            "--tasks=0",
            "--page-size=-5",
            "--consistency=MOST",
            "--max-rows=0",
            "--columns=\"v",
            "--compression=rar",
            "--mode=",
            "--job-id=zz",
            "--job-label=nothing",
            "--job-store=jdbc:nothing",
            "--nonsense")) {
      CapturedRun run = run("export", keyspace + ".t", "--format=csv", "--path=" + out, odd);
      assertSentence(run, odd);
      assertThat(run.exitCode()).as(odd + ": " + run.err()).isEqualTo(ExitCode.WRONG_USAGE);
      assertThat(out).doesNotExist();
    }
  }

  private byte[] exported(String format) throws IOException {
    Path out = folder.resolve("out");
    assertThat(run("export", keyspace + ".t", "--format=" + format, "--path=" + out).exitCode())
        .isZero();
    try (Stream<Path> files = Files.list(out)) {
      return Files.readAllBytes(
          files
              .filter(file -> file.getFileName().toString().startsWith("part-"))
              .findFirst()
              .orElseThrow());
    }
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    int damages = 1 + random.nextInt(MOST_DAMAGES);
    for (int damage = 0; damage < damages && bytes.length > 1; damage++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes = Arrays.copyOf(bytes, at);
        default -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 8), (byte) 0);
      }
    }
    return bytes;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, 0, Math.min(bytes.length, 2_000), StandardCharsets.ISO_8859_1)
        .replaceAll("[^ -~\n]", ".");
  }

  private static void assertSentence(CapturedRun run, String of) {
    assertThat((run.err() + run.out()).replaceAll("[^ -~\n]", "."))
        .as(of)
        .doesNotContain("at io.ringhaul")
        .doesNotContain("unexpected ");
    if (run.exitCode() != 0) {
      assertThat(run.err()).as(of).isNotBlank();
    }
  }

  private CapturedRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (Stream.of(arguments).noneMatch(each -> each.startsWith("--contact-point"))) {
      all.add("--contact-point=" + TestCluster.contactPoint());
    }
    if (Stream.of(arguments).noneMatch(each -> each.startsWith("--job-store"))) {
      all.add("--job-store=none");
    }
    return CapturedRun.inProcess(all.toArray(String[]::new));
  }
}
