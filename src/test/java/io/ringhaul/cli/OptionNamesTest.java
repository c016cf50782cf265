package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.CountRequest;
import io.ringhaul.DeleteRequest;
import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.Partitioning;
import io.ringhaul.ProfileRequest;
import io.ringhaul.RepairRequest;
import io.ringhaul.VerifyRequest;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.table.TableSource;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that messages name settings by method in the Java API and by option on the command line.
 */
class OptionNamesTest {

  private static final Set<String> METHODS =
      Stream.of(
              CountRequest.class,
              ExportRequest.class,
              ProfileRequest.class,
              ImportRequest.class,
              RepairRequest.class,
              VerifyRequest.class,
              DeleteRequest.class,
              Partitioning.class,
              JobOptions.class,
              IcebergTarget.class,
              IcebergSource.class,
              ParquetTarget.class,
              ParquetSource.class,
              CsvTarget.class,
              CsvSource.class,
              JsonTarget.class,
              JsonSource.class,
              TableSource.class)
          .flatMap(type -> Arrays.stream(type.getMethods()))
          .filter(method -> Modifier.isPublic(method.getModifiers()))
          .map(Method::getName)
          .collect(Collectors.toSet());

  private static final Set<String> OPTIONS =
      Stream.of("count", "profile", "export", "import", "copy", "verify", "repair", "delete")
          .map(name -> Main.commandLine(name).getSubcommands().get(name))
          .flatMap(command -> command.getCommandSpec().optionsMap().keySet().stream())
          .collect(Collectors.toSet());

  @ParameterizedTest
  @EnumSource(Setting.class)
  void settingIsMethodAndOption(Setting setting) {
    assertThat(METHODS).contains(setting.method());
    assertThat(OPTIONS).contains(OptionNames.of(setting).replaceFirst("=.*", ""));
  }

  /**
   * --job names a job and is not its settings; --table is Cassandra's table, not Iceberg's; --from
   * is a table and not any source.
   */
  private static final Set<String> OTHER_MEANING = Set.of("--from", "--job", "--table");

  /** A new option with the name of a method must be a setting. */
  @Test
  void eachOptionWithMethodIsSetting() {
    Set<String> known =
        Arrays.stream(Setting.values()).map(OptionNames::of).collect(Collectors.toSet());
    Set<String> leftOut = new TreeSet<>();
    for (String option : OPTIONS) {
      String constant = option.replaceFirst("^--", "").replace('-', '_').toUpperCase(Locale.ROOT);
      boolean isMethod = METHODS.stream().anyMatch(method -> constant(method).equals(constant));
      if (isMethod && !known.contains(option) && !OTHER_MEANING.contains(option)) {
        leftOut.add(option);
      }
    }
    assertThat(leftOut).isEmpty();
  }

  private static String constant(String method) {
    return method.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
  }

  @Test
  void messageUsesNamesOfItsInterface() {
    InvalidSettingException failure =
        new InvalidSettingException(
            "taskCount",
            "taskCount and "
                + Setting.BY_SIZE.mark()
                + " exclude each other; use "
                + Setting.ALLOW_FILTERING.call()
                + " or "
                + Setting.WHERE.callWithValue()
                + ", not taskCount");
    assertThat(failure)
        .hasMessage(
            "taskCount and bySize exclude each other; use allowFiltering() or where(...), not"
                + " taskCount");
    assertThat(OptionNames.message(failure))
        .isEqualTo(
            "--tasks and --task-size exclude each other; use --allow-filtering or --where, not"
                + " taskCount");
    InvalidSettingException taken =
        new InvalidSettingException("byKeys", "byKeys: " + failure.message(Setting::mark));
    assertThat(OptionNames.message(taken)).isEqualTo("byKeys: " + OptionNames.message(failure));
  }

  @Test
  void valueFollowsNameOfOption() {
    StorageException failure =
        new StorageException(
            "k.t", "k.t exists; set " + Setting.MODE.callWith(WriteMode.APPEND), null);
    assertThat(failure).hasMessage("k.t exists; set mode(APPEND)");
    assertThat(OptionNames.message(failure)).isEqualTo("k.t exists; set --mode append");
    BulkOperationException wrapped =
        new BulkOperationException("Failed. " + failure.message(Setting::mark));
    assertThat(wrapped).hasMessage("Failed. k.t exists; set mode(APPEND)");
    assertThat(OptionNames.message(wrapped)).isEqualTo("Failed. k.t exists; set --mode append");
  }

  @Test
  void doesNotReplaceDataThatLooksLikeSetting() {
    InvalidSettingException failure =
        new InvalidSettingException("columns", "Table a.b has no column where, taskCount, $1 \\");
    assertThat(OptionNames.message(failure))
        .isEqualTo("Table a.b has no column where, taskCount, $1 \\")
        .isEqualTo(failure.getMessage());
  }
}
