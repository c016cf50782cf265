package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.UuidForm;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.iceberg.types.Types.LongType;
import org.apache.iceberg.types.Types.StringType;
import org.apache.iceberg.types.Types.TimeType;
import org.apache.iceberg.types.Types.TimestampType;

/**
 * The Iceberg types that a user chooses for CQL types with more than one: {@code decimal}, {@code
 * varint}, {@code time}, {@code uuid}, {@code timeuuid} and write times. A choice by column takes
 * precedence over one for all columns, and that over the {@link TypeMapping}.
 *
 * <p>A decimal column of fixed precision and scale is <em>strict</em> or <em>padded</em>. A strict
 * column holds only values of its scale, because {@code 1.5} would be restored as {@code 1.50},
 * which is numerically equal but a different value. In a padded column a value may gain or lose
 * zeros at its end, never another digit.
 *
 * <p>Immutable.
 */
public final class TypeChoices {

  /** No choices: all columns have the types of {@link TypeMapping#EXACT}. */
  public static final TypeChoices NONE =
      new TypeChoices(TypeMapping.EXACT, Map.of(), Optional.empty(), Set.of(), Optional.empty());

  private static final int MOST_DIGITS = 38;
  private static final DecimalType ANALYTICS_DECIMAL = DecimalType.of(MOST_DIGITS, 18);
  private static final DecimalType ANALYTICS_VARINT = DecimalType.of(MOST_DIGITS, 0);

  private static final Set<CqlKind> NUMERALS = EnumSet.of(CqlKind.DECIMAL, CqlKind.VARINT);
  private static final Set<CqlKind> OTHER_TEXTS =
      EnumSet.of(CqlKind.TIME, CqlKind.UUID, CqlKind.TIMEUUID);

  private final TypeMapping mapping;
  private final Map<String, DecimalColumn> decimals;
  private final Optional<DecimalType> allDecimals;
  private final Set<String> texts;
  private final Optional<UuidForm> uuids;

  private record DecimalColumn(DecimalType type, boolean padded) {
    @Override
    public String toString() {
      return padded ? type + " padded" : type.toString();
    }
  }

  private TypeChoices(
      TypeMapping mapping,
      Map<String, DecimalColumn> decimals,
      Optional<DecimalType> allDecimals,
      Set<String> texts,
      Optional<UuidForm> uuids) {
    this.mapping = mapping;
    this.decimals = Map.copyOf(decimals);
    this.allDecimals = allDecimals;
    this.texts = Set.copyOf(texts);
    this.uuids = uuids;
  }

  /** Returns a copy with another mapping. */
  public TypeChoices mapping(TypeMapping chosen) {
    return new TypeChoices(chosen, decimals, allDecimals, texts, uuids);
  }

  /** Returns a copy with a form for all UUIDs that are not chosen as text by column. */
  public TypeChoices uuids(UuidForm form) {
    return new TypeChoices(mapping, decimals, allDecimals, texts, Optional.of(form));
  }

  /**
   * Returns a copy with one more column of fixed precision and scale.
   *
   * @param column the column's name in CQL form
   * @param precision the maximum number of digits of a value, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
   * @param padded whether values may gain or lose zeros at their end; always so with {@link
   *     TypeMapping#ANALYTICS}
   * @throws InvalidSettingException if a number is out of bounds, the name is not an identifier, or
   *     the column is text
   */
  public TypeChoices decimal(String column, int precision, int scale, boolean padded) {
    DecimalType type =
        checked(
            Setting.DECIMAL,
            String.format("decimal(%s, %d, %d)", column, precision, scale),
            precision,
            scale);
    Map<String, DecimalColumn> more = new HashMap<>(decimals);
    more.put(stored(Setting.DECIMAL, column), new DecimalColumn(type, padded));
    return new TypeChoices(mapping, more, allDecimals, texts, uuids).distinct();
  }

  /**
   * Returns a copy with a precision and scale for all decimals that are not chosen by column, and
   * with the precision for all varints. The values are padded.
   *
   * @throws InvalidSettingException if a number is out of bounds, as for {@link #decimal}
   */
  public TypeChoices decimals(int precision, int scale) {
    DecimalType type =
        checked(
            Setting.DECIMALS,
            String.format("decimals(%d, %d)", precision, scale),
            precision,
            scale);
    return new TypeChoices(mapping, decimals, Optional.of(type), texts, uuids);
  }

  /**
   * Returns a copy with columns whose decimals, varints, times and UUIDs are text.
   *
   * @param columns names in CQL form
   * @throws InvalidSettingException if a name is not an identifier, or the column is a decimal of
   *     fixed precision
   */
  public TypeChoices asText(List<String> columns) {
    Set<String> more = new TreeSet<>(texts);
    columns.forEach(column -> more.add(stored(Setting.AS_TEXT, column)));
    return new TypeChoices(mapping, decimals, allDecimals, more, uuids).distinct();
  }

  private TypeChoices distinct() {
    for (String column : texts) {
      if (decimals.containsKey(column)) {
        throw invalid(
            Setting.AS_TEXT,
            String.format(
                "%s and %s both set the type of column %s: set only one",
                Setting.AS_TEXT.mark(), Setting.DECIMAL.mark(), shown(column)));
      }
    }
    return this;
  }

  private static DecimalType checked(Setting setting, String call, int precision, int scale) {
    if (precision < 1 || precision > MOST_DIGITS || scale < 0 || scale > precision) {
      throw invalid(
          setting,
          String.format(
              "%s is out of bounds: the precision must be 1 to %d, the scale 0 to the precision",
              call, MOST_DIGITS));
    }
    return DecimalType.of(precision, scale);
  }

  /**
   * Returns the choices as text, sorted by the columns' stored names. Exports of earlier versions
   * stored the choices by column alone, so these have no other text if nothing else is chosen.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(new TreeMap<>(decimals).toString());
    if (mapping != TypeMapping.EXACT) {
      text.append(' ').append(mapping);
    }
    allDecimals.ifPresent(type -> text.append(" decimals ").append(type));
    uuids.ifPresent(form -> text.append(" uuids ").append(form));
    if (!texts.isEmpty()) {
      text.append(" text ").append(new TreeSet<>(texts));
    }
    return text.toString();
  }

  /** Returns the type chosen for this one column; empty if there is none. */
  public Optional<DecimalType> decimal(ColumnDescription column) {
    return Optional.ofNullable(decimals.get(column.name())).map(DecimalColumn::type);
  }

  /** Returns whether a decimal in the column must have exactly the column's scale. */
  boolean isStrict(ColumnDescription column) {
    DecimalColumn chosen = decimals.get(column.name());
    // In a partition key, 1.5 and 1.50 are two partitions.
    return column.kind() == Kind.PARTITION_KEY
        || (chosen != null && !chosen.padded && mapping == TypeMapping.EXACT);
  }

  /** Returns the types of a new column's values at any depth. */
  ColumnTypes of(ColumnDescription column) {
    boolean isText = texts.contains(column.name());
    boolean isAnalytics = mapping == TypeMapping.ANALYTICS;
    DecimalColumn chosen = decimals.get(column.name());
    Optional<DecimalType> decimal = Optional.empty();
    Optional<DecimalType> varint = Optional.empty();
    if (chosen != null) {
      decimal = Optional.of(chosen.type);
      varint = decimal;
    } else if (!isText) {
      varint =
          allDecimals
              .map(type -> DecimalType.of(type.precision(), 0))
              .or(() -> isAnalytics ? Optional.of(ANALYTICS_VARINT) : Optional.empty());
      if (column.kind() != Kind.PARTITION_KEY) {
        decimal =
            allDecimals.or(() -> isAnalytics ? Optional.of(ANALYTICS_DECIMAL) : Optional.empty());
      }
    }
    UuidForm usual = isAnalytics ? UuidForm.TEXT : UuidForm.UUID;
    return new ColumnTypes(
        decimal,
        varint,
        isText ? StringType.get() : isAnalytics ? TimeType.get() : LongType.get(),
        isText ? UuidForm.TEXT : uuids.orElse(usual),
        column.kind() != Kind.METADATA
            ? Optional.empty()
            : Optional.of(isAnalytics ? TimestampType.withZone() : LongType.get()));
  }

  /**
   * The types of CQL values for which Iceberg has more than one.
   *
   * @param decimal the type of decimals; empty for text
   * @param varint the type of varints, of scale 0; empty for text
   * @param time the type of times: long of nanoseconds, time of microseconds, or string
   * @param writeTime the type of a bigint that is a write time; empty if it is another number
   */
  record ColumnTypes(
      Optional<DecimalType> decimal,
      Optional<DecimalType> varint,
      Type time,
      UuidForm uuids,
      Optional<Type> writeTime) {

    static final ColumnTypes EXACT =
        new ColumnTypes(
            Optional.empty(), Optional.empty(), LongType.get(), UuidForm.UUID, Optional.empty());
  }

  /**
   * Checks that each choice names one of these columns and matches its type.
   *
   * @throws InvalidSettingException if a choice does not match
   */
  void requireFit(List<ColumnDescription> columns) {
    decimals.forEach((name, chosen) -> requireFit(column(Setting.DECIMAL, columns, name), chosen));
    for (String name : texts) {
      ColumnDescription column = column(Setting.AS_TEXT, columns, name);
      if (!hasText(column.type())) {
        throw invalid(
            Setting.AS_TEXT,
            String.format(
                "Column %s has the type %s; only decimals, varints, times and UUIDs can be"
                    + " written as text",
                shown(name), CqlTypes.text(column.type())));
      }
    }
  }

  /** Returns whether the type is or contains one that can be written as text by choice. */
  private static boolean hasText(DataType type) {
    CqlKind kind = CqlKind.of(type);
    return NUMERALS.contains(kind)
        || OTHER_TEXTS.contains(kind)
        || CqlTypes.parts(type).stream().anyMatch(TypeChoices::hasText);
  }

  private static void requireFit(ColumnDescription column, DecimalColumn chosen) {
    DataType cql = column.type();
    CqlKind kind = CqlKind.of(cql);
    String shown = shown(column.name());
    if (!NUMERALS.contains(kind)) {
      throw invalid(
          Setting.DECIMAL,
          String.format(
              "Column %s has the type %s; only decimal and varint can be written as %s",
              shown, CqlTypes.text(cql), chosen.type));
    }
    if (kind == CqlKind.VARINT && chosen.type.scale() != 0) {
      throw invalid(
          Setting.DECIMAL,
          String.format(
              "Column %s is a varint, which has no fraction: its scale must be 0, not %d",
              shown, chosen.type.scale()));
    }
    if (chosen.padded && kind == CqlKind.DECIMAL && column.kind() == Kind.PARTITION_KEY) {
      throw invalid(
          Setting.DECIMAL,
          String.format(
              "Column %s is in the partition key, where 1.5 and 1.50 are different keys, so its"
                  + " values cannot be padded",
              shown));
    }
  }

  private static ColumnDescription column(
      Setting setting, List<ColumnDescription> columns, String name) {
    return columns.stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow(() -> invalid(setting, "The export has no column " + shown(name)));
  }

  private static String shown(String stored) {
    return CqlIdentifier.fromInternal(stored).asCql(true);
  }

  private static String stored(Setting setting, String column) {
    try {
      return CqlIdentifier.fromCql(column).asInternal();
    } catch (IllegalArgumentException e) {
      throw invalid(setting, "\"" + column + "\" is not a column name in CQL");
    }
  }

  private static InvalidSettingException invalid(Setting setting, String message) {
    return new InvalidSettingException(setting.method(), message);
  }
}
