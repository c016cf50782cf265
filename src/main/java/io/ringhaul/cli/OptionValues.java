package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.WriteRequest;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.tuning.LatencyBound;
import java.io.File;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Converters of option values, and options that several commands share. */
final class OptionValues {

  private OptionValues() {}

  /**
   * Makes help and completion show the choices of options in lower case, as users write them; a
   * value is accepted in any case.
   */
  static void showChoicesInLowerCase(CommandLine commandLine) {
    CommandSpec command = commandLine.getCommandSpec();
    List<OptionSpec> options = List.copyOf(command.options());
    if (options.stream().anyMatch(OptionValues::isChoice)) {
      // An option cannot be changed; removing all of them keeps their order.
      options.forEach(command::remove);
      options.forEach(
          each -> command.addOption(isChoice(each) ? withLowerCaseChoices(each) : each));
    }
    commandLine.getSubcommands().values().forEach(OptionValues::showChoicesInLowerCase);
  }

  private static boolean isChoice(OptionSpec option) {
    return option.auxiliaryTypes()[0].isEnum();
  }

  private static OptionSpec withLowerCaseChoices(OptionSpec option) {
    List<String> choices = new ArrayList<>();
    option.completionCandidates().forEach(each -> choices.add(each.toLowerCase(Locale.ROOT)));
    return option.toBuilder().completionCandidates(choices).build();
  }

  /**
   * A size in bytes: {@code 1000000}, {@code 64k}, {@code 128m}, {@code 1g}. Units are powers of
   * 1,024.
   */
  static final class ByteSize implements ITypeConverter<Long> {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})([kmg]?)i?b?");

    @Override
    public Long convert(String value) {
      Matcher size = SIZE.matcher(value.strip().toLowerCase(Locale.ROOT));
      if (!size.matches()) {
        throw new TypeConversionException(
            "'" + value + "' is not a size in bytes, such as 1000000, 64k, 128m or 1g");
      }
      int shift =
          switch (size.group(2)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
          };
      return Long.parseLong(size.group(1)) << shift;
    }
  }

  /** A whole number; the message does not speak of Java's types. */
  record WholeNumber<T>(Function<String, T> parser) implements ITypeConverter<T> {

    @Override
    public T convert(String value) {
      try {
        return parser.apply(value.strip());
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            value.strip().matches("[+-]?[0-9]+")
                ? "'" + value + "' is too large"
                : "'" + value + "' is not a whole number");
      }
    }
  }

  /** A pair of numbers: {@code -100..200}. */
  record NumberRange(long first, long second) {

    static NumberRange parse(String option, String text) {
      String[] ends = text.strip().split("\\.\\.", -1);
      try {
        if (ends.length == 2) {
          return new NumberRange(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
        }
      } catch (NumberFormatException e) {
        // Reports the text below.
      }
      throw new InvalidSettingException(
          option, option + " is " + text + "; it must be two whole numbers, as in 123..456");
    }
  }

  /** A name in CQL form: {@code orders} or {@code "Orders"}. */
  static final class CqlName implements ITypeConverter<String> {

    /**
     * Converts the names of an option that also accepts other values.
     *
     * @throws InvalidSettingException if a value is not a name
     */
    static List<String> all(String option, List<String> values) {
      CqlName converter = new CqlName();
      try {
        return values.stream().map(converter::convert).toList();
      } catch (TypeConversionException e) {
        throw new InvalidSettingException(option, option + ": " + e.getMessage());
      }
    }

    @Override
    public String convert(String value) {
      String name = value.strip();
      try {
        CqlIdentifier.fromCql(name);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "'"
                + value
                + "' is not a name in CQL form; put names with characters other than"
                + " letters, digits and _ in double quotes");
      }
      return name;
    }
  }

  /**
   * KEYSPACE.TABLE in CQL form. A part in double quotes keeps its case and may contain any
   * character. A table without quotes may be a pattern with {@code *} and {@code ?}.
   */
  record TableArgument(String keyspace, String table) {

    private static final String PART = "(\"(?:[^\"]|\"\")+\"|[^\".]+)";
    private static final Pattern NAME = Pattern.compile(PART + "\\." + PART);
    private static final Pattern TABLES = Pattern.compile("[A-Za-z0-9_]*[*?][A-Za-z0-9_*?]*");

    static final class Converter implements ITypeConverter<TableArgument> {
      @Override
      public TableArgument convert(String value) {
        Matcher name = NAME.matcher(value);
        if (!name.matches()) {
          throw new TypeConversionException("'" + value + "' is not KEYSPACE.TABLE");
        }
        CqlName part = new CqlName();
        String table = name.group(2);
        return new TableArgument(
            part.convert(name.group(1)),
            TABLES.matcher(table).matches() ? table : part.convert(table));
      }
    }

    /** Whether it stands for several tables. */
    boolean isPattern() {
      return TABLES.matcher(table).matches();
    }

    @Override
    public String toString() {
      return keyspace + "." + table;
    }
  }

  /** A path or a glob on the local disk. */
  static final class LocalPathText implements ITypeConverter<String> {

    /** Restricts all options with a file or folder value to local paths. */
    static void register(CommandLine commandLine) {
      LocalPathText text = new LocalPathText();
      commandLine.registerConverter(File.class, value -> new File(text.convert(value)));
      commandLine.registerConverter(Path.class, value -> Path.of(text.convert(value)));
    }

    @Override
    public String convert(String value) {
      Optional<String> problem = LocalPaths.problem(value);
      if (problem.isPresent()) {
        throw new TypeConversionException("it is '" + value + "', " + problem.orElseThrow());
      }
      try {
        // A glob is not a valid path on every platform: check it without its special characters.
        Path unused = Path.of(value.replace('*', '_').replace('?', '_'));
        return value;
      } catch (InvalidPathException e) {
        throw new TypeConversionException(
            "it is '" + value + "', which is not a path: " + e.getReason());
      }
    }
  }

  /** A time in microseconds since 1970: a number, or text such as {@code 2026-01-31T00:00:00Z}. */
  static final class WriteMoment implements ITypeConverter<Long> {

    private static final int NANOS_PER_MICRO = 1_000;
    private static final long MICROS_PER_SECOND = 1_000_000;

    @Override
    public Long convert(String value) {
      String text = value.strip();
      try {
        if (text.matches("-?[0-9]+")) {
          return Long.parseLong(text);
        }
        Instant moment = DateTimeFormatter.ISO_DATE_TIME.parse(text, Instant::from);
        if (moment.get(ChronoField.NANO_OF_SECOND) % NANOS_PER_MICRO == 0) {
          return Math.addExact(
              Math.multiplyExact(moment.getEpochSecond(), MICROS_PER_SECOND),
              moment.getNano() / NANOS_PER_MICRO);
        }
      } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
        // Reports the text below.
      }
      throw new TypeConversionException(
          "'"
              + value
              + "' is neither a time such as 2026-01-31T00:00:00Z nor microseconds since 1970");
    }
  }

  /** A column with a fixed precision and scale, both in decimal digits. */
  record DecimalOption(String column, int precision, int scale, boolean padded) {

    /** Parses {@code amount=12,2} and {@code amount=12,2:pad}. */
    static final class Converter implements ITypeConverter<DecimalOption> {

      private static final Pattern FORM = Pattern.compile("(.+)=([0-9]{1,2}),([0-9]{1,2})(:pad)?");

      @Override
      public DecimalOption convert(String value) {
        Matcher form = FORM.matcher(value.strip());
        if (!form.matches()) {
          throw new TypeConversionException(
              "'"
                  + value
                  + "' is not a column with precision and scale, as in amount=12,2 or"
                  + " amount=12,2:pad");
        }
        return new DecimalOption(
            new CqlName().convert(form.group(1)),
            Integer.parseInt(form.group(2)),
            Integer.parseInt(form.group(3)),
            form.group(4) != null);
      }
    }
  }

  /** The precision and scale of all decimals, {@code 38,18}. */
  record Digits(int precision, int scale) {

    static final class Converter implements ITypeConverter<Digits> {

      private static final Pattern FORM = Pattern.compile("([0-9]{1,2}),([0-9]{1,2})");

      @Override
      public Digits convert(String value) {
        Matcher form = FORM.matcher(value.strip());
        if (!form.matches()) {
          throw new TypeConversionException(
              "'" + value + "' is not a precision and a scale, as in 38,18");
        }
        return new Digits(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
      }
    }
  }

  /** A latency bound, {@code 20ms}, optionally with its measuring period, {@code 20ms/30s}. */
  static final class LatencyBoundText implements ITypeConverter<LatencyBound> {

    private static final Pattern BOUND =
        Pattern.compile("([0-9]{1,6})(ms|s)(?:/([0-9]{1,6})(ms|s|m))?");

    @Override
    public LatencyBound convert(String value) {
      Matcher bound = BOUND.matcher(value.strip().toLowerCase(Locale.ROOT));
      if (!bound.matches()) {
        throw new TypeConversionException(
            "'" + value + "' is not a latency such as 20ms, or 20ms/30s with a measuring period");
      }
      try {
        return new LatencyBound(
            duration(bound.group(1), bound.group(2)),
            bound.group(3) == null
                ? LatencyBound.USUAL_TIME
                : duration(bound.group(3), bound.group(4)));
      } catch (InvalidSettingException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }

    private static Duration duration(String number, String unit) {
      long value = Long.parseLong(number);
      return switch (unit) {
        case "ms" -> Duration.ofMillis(value);
        case "s" -> Duration.ofSeconds(value);
        default -> Duration.ofMinutes(value);
      };
    }
  }

  /**
   * The number or percentage of rows that an import may reject.
   *
   * @param ofRowsRead whether {@code number} is a percentage of the rows read
   */
  record ErrorLimit(double number, boolean ofRowsRead) {

    private static final double PERCENT = 100;

    void apply(WriteRequest<?, ?> request) {
      if (ofRowsRead) {
        // Moves the decimal point: 0.7 / 100 is less than 0.007 in binary.
        request.maxErrorShare(BigDecimal.valueOf(number).movePointLeft(2).doubleValue());
      } else {
        request.maxErrors((long) number);
      }
    }

    /** Parses {@code 137} or {@code 0.5%}. */
    static final class Converter implements ITypeConverter<ErrorLimit> {

      private static final Pattern FORM =
          Pattern.compile("([0-9]{1,15})|([0-9]{1,3}(\\.[0-9]+)?)%");

      @Override
      public ErrorLimit convert(String value) {
        Matcher form = FORM.matcher(value.strip());
        if (!form.matches()
            || (form.group(2) != null && Double.parseDouble(form.group(2)) > PERCENT)) {
          throw new TypeConversionException(
              "'"
                  + value
                  + "' is neither a number of rows such as 137 nor a percentage such as 0.5%");
        }
        return form.group(1) != null
            ? new ErrorLimit(Long.parseLong(form.group(1)), false)
            : new ErrorLimit(Double.parseDouble(form.group(2)), true);
      }
    }
  }

  /**
   * Makes an option with an optional value accept a value only after an equals sign; otherwise the
   * option would consume the table's name after it.
   */
  static final class AttachedValue implements IParameterPreprocessor {

    // picocli defines the signature.
    @SuppressWarnings("JdkObsolete")
    @Override
    public boolean preprocess(
        Stack<String> arguments, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
      if (" ".equals(info.get("separator")) && argument instanceof OptionSpec option) {
        arguments.push(option.fallbackValue());
      }
      return false;
    }
  }

  /** The location of the job store. */
  static final class JobStoreOption {

    @Option(
        names = "--job-store",
        paramLabel = "FILE|URL|none",
        description =
            "Location of the jobs: a SQLite file, jdbc:postgresql:... (login from PGUSER and"
                + " PGPASSWORD or .pgpass), or none for memory only. Default: RINGHAUL_JOB_STORE,"
                + " else ~/.ringhaul/jobs.db.")
    private @Nullable String store;

    /** Whether the option is given, and the store is not the default one. */
    boolean isGiven() {
      return store != null;
    }

    JobStoreLocation location() {
      return JobStoreLocation.of(store, System.getenv());
    }
  }

  /** A duration: {@code 90s}, {@code 30m}, {@code 12h}, {@code 7d}, or in ISO 8601 form. */
  static final class Age implements ITypeConverter<Duration> {

    private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})([smhd])");

    @Override
    public Duration convert(String value) {
      Matcher age = SHORT.matcher(value.strip().toLowerCase(Locale.ROOT));
      if (age.matches()) {
        long number = Long.parseLong(age.group(1));
        return switch (age.group(2)) {
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        };
      }
      try {
        Duration parsed = Duration.parse(value.strip());
        if (!parsed.isNegative()) {
          return parsed;
        }
      } catch (DateTimeException e) {
        // Reports the text below, as for a negative duration.
      }
      throw new TypeConversionException(
          "'" + value + "' is not a duration such as 90s, 30m, 12h, 7d or P7D");
    }
  }

  /** A complete job id. */
  static final class JobId implements ITypeConverter<UUID> {

    /** Java's parser also accepts shorter texts and completes them to another id. */
    private static final Pattern FORM =
        Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    @Override
    public UUID convert(String value) {
      if (!FORM.matcher(value).matches()) {
        throw new TypeConversionException(
            "'" + value + "' is not a UUID, such as 6f1a1f0e-3c55-4b7a-9d0e-0a4b1c2d0001");
      }
      return UUID.fromString(value);
    }
  }
}
