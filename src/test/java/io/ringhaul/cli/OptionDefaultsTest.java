package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.job.JobStore;
import io.ringhaul.spring.RinghaulAutoConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Values of options from the environment and from the configuration file. */
class OptionDefaultsTest {

  private static final String SECTIONS =
      """
      tasks = 1
      parallelism = 1
      max-attempts = 1
      page-size = 1
      rate = 1

      [count]
      parallelism = 2
      max-attempts = 2
      page-size = 2
      rate = 2

      [export]
      parallelism = 9

      [profile.prod]
      max-attempts = 3
      page-size = 3
      rate = 3

      [profile.prod.count]
      page-size = 4
      rate = 4

      [profile.test]
      contact-point = ["10.0.0.1", "10.0.0.2:9043"]
      """;

  @TempDir private Path folder;
  private Path file = Path.of("unset");

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("config.toml"), SECTIONS);
  }

  @Test
  void environmentWinsOverProfileCommandAndTop() {
    assertThat(
            stored(
                Map.of("RINGHAUL_RATE", "5", "RINGHAUL_PROFILE", "prod"),
                "count",
                "k.t",
                "--config=" + file))
        .containsExactlyInAnyOrder(
            "count",
            "k.t",
            "--tasks=1",
            "--parallelism=2",
            "--max-attempts=3",
            "--page-size=4",
            "--rate=5");
  }

  @Test
  void commandLineWinsOverAll() {
    assertThat(
            stored(
                Map.of("RINGHAUL_RATE", "5", "RINGHAUL_CONFIG", file.toString()),
                "count",
                "k.t",
                "--rate=6",
                "--profile",
                "prod"))
        .contains("--rate=6")
        .doesNotContain("--rate=5", "--rate=4");
  }

  @Test
  void splitsArrays() {
    assertThat(stored(Map.of(), "count", "k.t", "--config=" + file, "--profile=test"))
        .contains("--contact-point=10.0.0.1,10.0.0.2:9043", "--parallelism=2");
  }

  @Test
  void readsNoFileIfNone() {
    assertThat(stored(Map.of("RINGHAUL_CONFIG", file.toString()), "count", "k.t", "--config=none"))
        .containsExactly("count", "k.t");
  }

  @Test
  void relativePathsStartAtFolderOfFile() throws IOException {
    Files.writeString(file, "driver-config = \"driver.conf\"");
    assertThat(stored(Map.of(), "count", "k.t", "--config=" + file))
        .contains("--driver-config=" + folder.resolve("driver.conf"));
  }

  @Test
  void variableOfJobStoreWinsOverFile() throws IOException {
    Files.writeString(file, "job-store = \"file.db\"");
    Map<String, String> environment =
        Map.of("RINGHAUL_JOB_STORE", "environment.db", "RINGHAUL_CONFIG", file.toString());
    assertThat(jobStore(Map.of("RINGHAUL_CONFIG", file.toString())))
        .isEqualTo(folder.resolve("file.db").toString());
    assertThat(jobStore(environment)).isNull();
  }

  /** Spring Boot reads RINGHAUL_X_Y as the property ringhaul.x.y. */
  @Test
  void variablesDoNotChangeSpringApplication() {
    Map<String, Object> variables = new TreeMap<>();
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      for (OptionSpec option : command.getCommandSpec().options()) {
        variables.put(
            OptionDefaults.variable(option.longestName().replaceFirst("^-+", "")), "a value");
      }
    }
    assertThat(variables).containsKeys("RINGHAUL_JOB_STORE", "RINGHAUL_VERBOSE");
    springApplication(variables)
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(JobStore.class));
    variables.put("RINGHAUL_JOBS_FILE", folder.resolve("jobs.db").toString());
    springApplication(variables)
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(JobStore.class));
  }

  private static ApplicationContextRunner springApplication(Map<String, Object> variables) {
    String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
    return new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(RinghaulAutoConfiguration.class))
        .withInitializer(
            context ->
                context
                    .getEnvironment()
                    .getPropertySources()
                    .replace(name, new SystemEnvironmentPropertySource(name, variables)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "paralelism = 3 | has the unknown key 'paralelism' in line 1; did you mean 'parallelism'?",
        "--tasks = 3 | has the unknown key '--tasks' in line 1; did you mean 'tasks'?",
        "resume = true | has the unknown key 'resume' in line 1; give --resume on the command line",
        "password = `x` | has the unknown key 'password' in line 1; set RINGHAUL_PASSWORD, or put",
        "[count]\\npath = `x` | has the unknown key 'path' in [count] in line 2; a key is",
        "[prof.x]\\ntasks = 1 | has the unknown section [prof]; a section is a command, a profile or",
        "[exprot]\\ntasks = 1 | has the unknown section [exprot]; did you mean 'export'?",
        "[profile]\\ntasks = 1 | has the key 'tasks' in [profile]; a profile is a section such as",
        "[profile.p]\\nsize = 1 | has the unknown key 'size' in [profile.p] in line 2; a key is",
        "tasks = [1, 2] | 'tasks' must be one text, number or boolean, not an array",
        "tasks = | is not valid TOML in line 1: ",
        "count = 1 | has the unknown key 'count' in line 1; a key is an option's name"
      })
  void rejectsInvalidFile(String text, String message) throws IOException {
    Files.writeString(file, text.replace("\\n", "\n").replace('`', '"').strip());
    assertThatThrownBy(
            () ->
                stored(
                    text.contains("profile.p") ? Map.of("RINGHAUL_PROFILE", "p") : Map.of(),
                    "count",
                    "k.t",
                    "--config=" + file))
        .isInstanceOf(ParameterException.class)
        .hasMessageStartingWith("The configuration file " + file)
        .hasMessageContaining(message.strip());
  }

  @Test
  void rejectsMissingFileAndProfile() {
    Path missing = folder.resolve("missing.toml");
    assertThatThrownBy(() -> stored(Map.of(), "count", "k.t", "--config", missing.toString()))
        .hasMessage("There is no configuration file " + missing);
    assertThatThrownBy(() -> stored(Map.of(), "count", "k.t", "--config=" + file, "--profile=live"))
        .hasMessage("The configuration file " + file + " has no profile live; it has prod, test");
    assertThatThrownBy(() -> stored(Map.of(), "count", "k.t", "--config=none", "--profile=live"))
        .hasMessage("The profile live cannot be read: --config is none");
    assertThatThrownBy(() -> stored(Map.of(), "count", "k.t", "--config=s3://b/c.toml"))
        .hasMessageStartingWith("--config: it is 's3://b/c.toml', which has the scheme s3: ");
  }

  @Test
  void rejectsConfigAndProfileInArgumentFile() throws IOException {
    for (String option : List.of("--config", "--profile")) {
      Path arguments = Files.writeString(folder.resolve("arguments"), option + "=x");
      CapturedRun run = CapturedRun.inProcess("count", "a.b", "@" + arguments);
      assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
      assertThat(run.err())
          .contains(
              option
                  + " in an argument file has no effect: give "
                  + option
                  + " on the command line");
    }
  }

  @Test
  void acceptsOptionsOfOtherCommandsOutsideOfSections() throws IOException {
    Files.writeString(file, "max-errors = 3\ntoken-file = \"x\"\n");
    assertThat(stored(Map.of("RINGHAUL_PATH", "x"), "count", "k.t", "--config=" + file))
        .containsExactly("count", "k.t");
  }

  @Test
  void rejectsVariablesThatLookLikeOptions() {
    assertThatThrownBy(() -> stored(none("RINGHAUL_PARALELISM", "3"), "count", "k.t"))
        .hasMessage(
            "The environment variable RINGHAUL_PARALELISM is unknown; did you mean"
                + " RINGHAUL_PARALLELISM?");
    assertThatThrownBy(() -> stored(none("RINGHAUL_RESUME", "true"), "count", "k.t"))
        .hasMessage("RINGHAUL_RESUME has no effect: give --resume on the command line");
    assertThat(stored(none("RINGHAUL_WEATHER_OF_TODAY", "fair"), "count", "k.t"))
        .containsExactly("count", "k.t");
    assertThat(stored(none("RINGHAUL_TASKS", ""), "count", "k.t")).containsExactly("count", "k.t");
  }

  @Test
  void messageNamesOriginOfRejectedValue() throws IOException {
    assertThat(rejection(none("RINGHAUL_TASKS", "many"))).endsWith(" (RINGHAUL_TASKS)");
    Files.writeString(file, "[profile.p]\ntasks = \"many\"\n");
    assertThat(rejection(Map.of("RINGHAUL_CONFIG", file.toString(), "RINGHAUL_PROFILE", "p")))
        .endsWith(" (The configuration file " + file + ", [profile.p])");
  }

  private static String rejection(Map<String, String> environment) {
    try {
      stored(environment, "count", "k.t");
      throw new AssertionError("The value was accepted");
    } catch (ParameterException e) {
      return OptionDefaults.origin(e);
    }
  }

  private static Map<String, String> none(String variable, String value) {
    return Map.of("RINGHAUL_CONFIG", "none", variable, value);
  }

  private static @Nullable Object jobStore(Map<String, String> environment) {
    ParseResult jobs = with(environment, "jobs", "list").parseArgs("jobs", "list").subcommand();
    return jobs.subcommand().commandSpec().findOption("job-store").getValue();
  }

  private static CommandLine with(Map<String, String> environment, String... arguments) {
    CommandLine commandLine = Main.commandLine(arguments);
    OptionDefaults.apply(commandLine, environment, arguments);
    return commandLine;
  }

  private static List<String> stored(Map<String, String> environment, String... arguments) {
    CommandLine commandLine = with(environment, arguments);
    return StoredCommand.of(commandLine.parseArgs(arguments).subcommand().commandSpec());
  }
}
