package io.ringhaul.cli;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.monitor.LimitingFactor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The option name of each setting, for error messages. */
final class OptionNames {

  /** Settings whose option has a different name. */
  private static final Map<Setting, String> OTHERS =
      Map.ofEntries(
          Map.entry(Setting.BY_KEYS, "--keys"),
          Map.entry(Setting.BY_RANGES, "--ranges"),
          Map.entry(Setting.BY_SIZE, "--task-size"),
          Map.entry(Setting.CHANGES_BETWEEN, "--changes"),
          Map.entry(Setting.DIFFERENCES_TO, "--differences"),
          Map.entry(Setting.FROM_DATACENTER, "--read-dc"),
          Map.entry(Setting.MAX_CPU_SHARE, "--max-cpu"),
          Map.entry(Setting.MAX_DISK_BYTES, "--max-disk"),
          Map.entry(Setting.MAX_ERROR_SHARE, "--max-errors"),
          Map.entry(Setting.MAX_ROWS_PER_SECOND, "--rate"),
          Map.entry(Setting.NULLS_AS_TOMBSTONES, "--null-to-unset=false"),
          Map.entry(Setting.REJECTS_TO, "--rejects"),
          Map.entry(Setting.RESUMING, "--resume"),
          Map.entry(Setting.RUN_WINDOW, "--window"),
          Map.entry(Setting.TASK_COUNT, "--tasks"),
          Map.entry(Setting.TABLE, "--iceberg-table"),
          Map.entry(Setting.TARGET_FILE_SIZE, "--max-file-size"),
          Map.entry(Setting.TOLERATING, "--tolerate"),
          Map.entry(Setting.TUNING, "--tune"));

  private OptionNames() {}

  /** The option of a setting, such as {@code --tasks}. */
  static String of(Setting setting) {
    String same = "--" + setting.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return OTHERS.getOrDefault(setting, same);
  }

  /**
   * What limits an operation, with the option that changes it, such as {@code your limit of 8,000
   * rows/s (--rate)}.
   */
  static String withOption(LimitingFactor factor) {
    return factor.description()
        + Arrays.stream(Setting.values())
            .filter(each -> factor.kind().setting().equals(Optional.of(each.method())))
            .map(each -> " (" + of(each) + ")")
            .findFirst()
            .orElse("");
  }

  /** Such as {@code the cluster, for 93 % of the time}. */
  static String mostOfTheTime(LimitingFactor factor) {
    return String.format(
        Locale.ROOT, "%s, for %.0f %% of the time", withOption(factor), factor.share() * 100);
  }

  /** The failure's message with settings as option names. */
  static String message(BulkOperationException failure) {
    return failure.message(OptionNames::of);
  }
}
