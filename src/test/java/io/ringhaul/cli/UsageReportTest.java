package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that invalid arguments are reported in a few lines, before any resource is opened or
 * created.
 */
class UsageReportTest {

  private static final String LOCAL_ONLY =
      "only paths on the local disk are supported. CSV, JSON and Parquet files in an object store"
          + " are given by their URI, Iceberg tables there by their catalog";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "export a.b --fromat csv --path=x  | Unknown option '--fromat'; did you mean '--format'?",
        "count a.b --paralelism=3          | Unknown option '--paralelism'; did you mean"
            + " '--parallelism'?",
        "count a.b --nothing-like-it       | Unknown option '--nothing-like-it'",
        "count a.b c.d                     | Unknown argument 'c.d'",
        "export a.b --format=csv           | Give --path with --format",
        "export a.b --format=iceberg       | Give --path or --catalog with --format iceberg",
        "import a.b --format=csv           | Give --path or --paths with --format",
        "count                             | Give the table: KEYSPACE.TABLE, or both -k KEYSPACE"
            + " and -t TABLE",
        "count -k a                        | Give the table: KEYSPACE.TABLE, or both -k KEYSPACE"
            + " and -t TABLE",
        "count a.b -k a -t b               | Give the table once: a.b, or -k KEYSPACE and -t TABLE",
        "count a.b -u x -p secret          | A password on the command line is visible to other"
            + " users of this machine: set RINGHAUL_PASSWORD, or give only --username and enter the"
            + " password at the prompt",
        "count a.b --tasks=many           | Invalid value for option '--tasks': 'many' is not a"
            + " whole number",
        "jobs lsit                         | Unknown argument 'lsit'; did you mean 'list'?",
        "jobs stop 1234 --waitt=3          | Unknown option '--waitt'; did you mean '--wait'?"
      })
  void printsReasonAndHelpCommand(String arguments, String reason) {
    String command = arguments.replaceFirst(arguments.startsWith("jobs stop") ? " 1.*" : " .*", "");
    assertUsage(
        CapturedRun.inProcess(arguments.split(" ")), reason, "ringhaul " + command + " --help");
  }

  @Test
  void suggestsNearestCommand() {
    assertUsage(
        CapturedRun.inProcess("exprot", "a.b"),
        "Unknown argument 'exprot'; did you mean 'export'?",
        "ringhaul --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "import"})
  void rejectsPathWithUnknownScheme(String command) {
    for (String format : List.of("iceberg", "parquet", "json", "csv")) {
      assertUsage(
          CapturedRun.inProcess(command, "a.b", "--format=" + format, "--path=https://bucket/wh"),
          "Invalid value for option '--path': it is 'https://bucket/wh', which has the scheme"
              + " https: the schemes are s3, s3a, s3n, gs, abfss, abfs, wasbs, wasb, hdfs and file",
          "ringhaul " + command + " --help");
    }
    assertThat(Path.of("https:")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "import"})
  void rejectsWarehouseInAnObjectStore(String command) {
    assertUsage(
        CapturedRun.inProcess(command, "a.b", "--format=iceberg", "--path=s3://bucket/wh"),
        "--path is 's3://bucket/wh', and an Iceberg warehouse of --path is on the local disk: give"
            + " --catalog for tables in an object store, or --format parquet, json or csv for files"
            + " there",
        "ringhaul " + command + " --help");
    assertThat(Path.of("s3:")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "import"})
  void rejectsSecretsOnTheCommandLine(String command) {
    assertUsage(
        CapturedRun.inProcess(
            command,
            "a.b",
            "--format=csv",
            "--path=s3://bucket/out",
            "--storage-property=s3.secret-access-key=hidden"),
        "The value of --storage-property s3.secret-access-key would be visible to other users of"
            + " this machine and stored with the job: give s3.secret-access-key=@FILE or"
            + " 's3.secret-access-key=${env:NAME}', or set the variables of the store, such as"
            + " AWS_SECRET_ACCESS_KEY",
        "ringhaul " + command + " --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "import"})
  void rejectsStandardInputAndOutputForOtherFiles(String command) {
    assertUsage(
        CapturedRun.inProcess(command, "a.b", "--format=csv", "--path=x", "--rejects", "-"),
        "Invalid value for option '--rejects': it is '-', which stands for standard input or"
            + " output: give a folder or a file on the local disk",
        "ringhaul " + command + " --help");
  }

  static Stream<List<String>> optionsThatTakeAPath() {
    return Stream.of(
        List.of("count", "a.b", "--keys"),
        List.of("count", "a.b", "--ranges"),
        List.of("count", "a.b", "--driver-config"),
        List.of("export", "a.b", "--format=csv", "--path=x", "--rejects"),
        List.of("import", "a.b", "--format=csv", "--path=x", "--rejects"),
        List.of("console", "--token-file"),
        List.of("demo", "--path"));
  }

  @ParameterizedTest
  @MethodSource("optionsThatTakeAPath")
  void rejectsSchemeInEveryPathOption(List<String> arguments) {
    String option = arguments.get(arguments.size() - 1);
    assertUsage(
        CapturedRun.inProcess(
            Stream.concat(arguments.stream(), Stream.of("s3://b/x")).toArray(String[]::new)),
        String.format(
            "Invalid value for option '%s': it is 's3://b/x', which has the scheme s3: %s",
            option, LOCAL_ONLY),
        "ringhaul " + arguments.get(0) + " --help");
  }

  @Test
  void rejectsJobStoreWithScheme() {
    assertUsage(
        CapturedRun.inProcess("jobs", "list", "--job-store=s3://b/jobs.db"),
        "--job-store is 's3://b/jobs.db', which has the scheme s3: " + LOCAL_ONLY,
        "ringhaul jobs list --help");
    assertUsage(
        CapturedRun.inProcess(
            "export", "a.b", "--format=csv", "--path=x", "--job-store=s3://b/jobs.db"),
        "--job-store is 's3://b/jobs.db', which has the scheme s3: " + LOCAL_ONLY,
        "ringhaul export --help");
  }

  @Test
  void listsValuesOfChoice() {
    assertUsage(
        CapturedRun.inProcess("export", "a.b", "--path=x", "--format=it's $1"),
        "Invalid value for option '--format': 'it's $1' is not one of iceberg, parquet, json, csv",
        "ringhaul export --help");
  }

  @Test
  void helpHidesSplitPattern() {
    assertThat(CapturedRun.inProcess("export", "--help").out())
        .contains("--partition-by=EXPR[,EXPR...]")
        .doesNotContain("(?!");
  }

  private static void assertUsage(CapturedRun run, String reason, String help) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualToNormalizingNewlines("ringhaul: " + reason + "\nSee '" + help + "'\n");
  }
}
