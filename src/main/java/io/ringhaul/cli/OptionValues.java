package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.ImportRequest;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import java.util.UUID;
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

/** The forms in which options take their values. */
final class OptionValues {

  private OptionValues() {}

  /** A size in bytes: {@code 1000000}, {@code 64k}, {@code 128m}, {@code 1g}; steps of 1,024. */
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

  /** Two numbers, as in {@code -100..200}. */
  record NumberRange(long first, long second) {

    static NumberRange parse(String option, String text) {
      String[] ends = text.strip().split("\\.\\.", -1);
      try {
        if (ends.length == 2) {
          return new NumberRange(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
        }
      } catch (NumberFormatException e) {
        // The same answer as to any other form.
      }
      throw new InvalidSettingException(
          option, option + " is " + text + "; it takes two whole numbers, as in 123..456");
    }
  }

  /** A name in CQL form, checked where it is given: {@code orders} or {@code "Orders"}. */
  static final class CqlName implements ITypeConverter<String> {

    /**
     * The names of an option that takes others beside them.
     *
     * @throws InvalidSettingException if one is no name
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
                + "' is not a name in CQL form; names with other characters than letters,"
                + " digits and _ stand in double quotes");
      }
      return name;
    }
  }

  /**
   * KEYSPACE.TABLE in CQL form: a part in double quotes keeps its case and may hold any character.
   *
   * @param keyspace the keyspace in CQL form
   * @param table the table in CQL form
   */
  record TableArgument(String keyspace, String table) {

    private static final String PART = "(\"(?:[^\"]|\"\")+\"|[^\".]+)";
    private static final Pattern NAME = Pattern.compile(PART + "\\." + PART);

    /** For picocli. */
    static final class Converter implements ITypeConverter<TableArgument> {
      @Override
      public TableArgument convert(String value) {
        Matcher name = NAME.matcher(value);
        if (!name.matches()) {
          throw new TypeConversionException("'" + value + "' is not KEYSPACE.TABLE");
        }
        CqlName part = new CqlName();
        return new TableArgument(part.convert(name.group(1)), part.convert(name.group(2)));
      }
    }

    @Override
    public String toString() {
      return keyspace + "." + table;
    }
  }

  /** A path or a glob on the local disk, as each option takes it that names a file or a folder. */
  static final class LocalPathText implements ITypeConverter<String> {

    /** Makes all options whose values are files or folders take local ones only. */
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
        // A glob is no path everywhere; apart from that it is to be one.
        Path unused = Path.of(value.replace('*', '_').replace('?', '_'));
        return value;
      } catch (InvalidPathException e) {
        throw new TypeConversionException(
            "it is '" + value + "', which is not a path: " + e.getReason());
      }
    }
  }

  /** A time in microseconds since 1970: as a number, or like {@code 2026-01-31T00:00:00Z}. */
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
        // The same answer as to any other form.
      }
      throw new TypeConversionException(
          "'" + value + "' is not a time like 2026-01-31T00:00:00Z, nor microseconds since 1970");
    }
  }

  /**
   * A column that is written with a fixed precision and scale.
   *
   * @param column its name, in CQL form
   * @param precision how many digits
   * @param scale how many of them behind the point
   */
  record DecimalOption(String column, int precision, int scale) {

    /** From {@code amount=12,2}. */
    static final class Converter implements ITypeConverter<DecimalOption> {

      private static final Pattern FORM = Pattern.compile("(.+)=([0-9]{1,2}),([0-9]{1,2})");

      @Override
      public DecimalOption convert(String value) {
        Matcher form = FORM.matcher(value.strip());
        if (!form.matches()) {
          throw new TypeConversionException(
              "'" + value + "' does not name a column, a precision and a scale, as in amount=12,2");
        }
        return new DecimalOption(
            new CqlName().convert(form.group(1)),
            Integer.parseInt(form.group(2)),
            Integer.parseInt(form.group(3)));
      }
    }
  }

  /** A bound on a latency, {@code 20ms}, and the time that it is taken of, {@code 20ms/30s}. */
  static final class LatencyBoundText implements ITypeConverter<LatencyBound> {

    private static final Pattern BOUND =
        Pattern.compile("([0-9]{1,6})(ms|s)(?:/([0-9]{1,6})(ms|s|m))?");

    @Override
    public LatencyBound convert(String value) {
      Matcher bound = BOUND.matcher(value.strip().toLowerCase(Locale.ROOT));
      if (!bound.matches()) {
        throw new TypeConversionException(
            "'"
                + value
                + "' is not a latency, such as 20ms, with the time it is taken of 20ms/30s");
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
   * How many rows an import may reject.
   *
   * @param number so many, or so many per cent of the rows read
   * @param ofRowsRead whether it is a percentage
   */
  record ErrorLimit(double number, boolean ofRowsRead) {

    private static final double PERCENT = 100;

    void apply(ImportRequest request) {
      if (ofRowsRead) {
        // Not divided: 0.7 / 100 is less than 0.007 in binary.
        request.maxErrorShare(BigDecimal.valueOf(number).movePointLeft(2).doubleValue());
      } else {
        request.maxErrors((long) number);
      }
    }

    /** From {@code 137} or {@code 0.5%}. */
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
                  + "' is neither a number of rows, such as 137, nor a share, such as 0.5%");
        }
        return form.group(1) != null
            ? new ErrorLimit(Long.parseLong(form.group(1)), false)
            : new ErrorLimit(Double.parseDouble(form.group(2)), true);
      }
    }
  }

  /**
   * Lets an option whose value may be left out take one only after an equals sign: else it would
   * swallow the table's name behind it.
   */
  static final class AttachedValue implements IParameterPreprocessor {

    // The signature is picocli's.
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

  /** Where jobs are kept. */
  static final class JobStoreOption {

    @Option(
        names = "--job-store",
        paramLabel = "FILE|URL|none",
        description =
            "Where jobs are kept: a SQLite file, jdbc:postgresql:... (login from PGUSER and"
                + " PGPASSWORD or .pgpass), or none for memory only. Default: RINGHAUL_JOB_STORE,"
                + " else ~/.ringhaul/jobs.db.")
    private @Nullable String store;

    JobStoreLocation location() {
      return JobStoreLocation.of(store, System.getenv());
    }
  }

  /** A length of time: {@code 90s}, {@code 30m}, {@code 12h}, {@code 7d}, or as ISO 8601 has it. */
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
        // The same answer as to a negative one.
      }
      throw new TypeConversionException(
          "'" + value + "' is not a length of time, such as 90s, 30m, 12h, 7d or P7D");
    }
  }

  /** The whole id of a job. */
  static final class JobId implements ITypeConverter<UUID> {

    /** Java's own parser takes shorter texts, which would name another job than they seem to. */
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
