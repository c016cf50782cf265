package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.DecimalType;

/**
 * The {@code decimal} and {@code varint} columns that are written as Iceberg decimals of a fixed
 * precision and scale instead of text.
 *
 * <p>The choice is strict: a value is written only if an import restores the same value. A {@code
 * decimal} value must have exactly the column's scale, because {@code 1.5} would be restored as
 * {@code 1.50}, which is numerically equal but a different value. Any other value causes an {@link
 * io.ringhaul.exceptions.UnrepresentableValueException}; values are never rounded or padded.
 *
 * <p>Immutable.
 */
public final class TypeChoices {

  /** No choices: all columns have their default type. */
  public static final TypeChoices NONE = new TypeChoices(Map.of());

  private static final String SETTING = "decimal";
  private static final int MOST_DIGITS = 38;

  private final Map<String, DecimalType> decimals;

  private TypeChoices(Map<String, DecimalType> decimals) {
    this.decimals = Map.copyOf(decimals);
  }

  /**
   * Returns a copy with one more choice.
   *
   * @param column the column's name in CQL form
   * @param precision the maximum number of digits of a value, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds or the name is not an identifier
   */
  public TypeChoices decimal(String column, int precision, int scale) {
    if (precision < 1 || precision > MOST_DIGITS || scale < 0 || scale > precision) {
      throw invalid(
          String.format(
              "decimal(%s, %d, %d) is out of bounds: the precision must be 1 to %d, the scale 0 to"
                  + " the precision",
              column, precision, scale, MOST_DIGITS));
    }
    Map<String, DecimalType> more = new HashMap<>(decimals);
    more.put(stored(column), DecimalType.of(precision, scale));
    return new TypeChoices(more);
  }

  /** Returns the choices, sorted by the columns' stored names. */
  @Override
  public String toString() {
    return new TreeMap<>(decimals).toString();
  }

  /** Returns the type chosen for the column; empty for the default type. */
  public Optional<Types.DecimalType> decimal(ColumnDescription column) {
    return Optional.ofNullable(decimals.get(column.name()));
  }

  /**
   * Checks that each choice names one of these columns and matches its type.
   *
   * @throws InvalidSettingException if a choice does not match
   */
  void requireFit(List<ColumnDescription> columns) {
    decimals.forEach(
        (name, type) -> {
          String shown = CqlIdentifier.fromInternal(name).asCql(true);
          ColumnDescription column =
              columns.stream()
                  .filter(candidate -> candidate.name().equals(name))
                  .findFirst()
                  .orElseThrow(() -> invalid("The export has no column " + shown));
          CqlKind kind = CqlKind.of(column.type());
          if (kind != CqlKind.DECIMAL && kind != CqlKind.VARINT) {
            throw invalid(
                String.format(
                    "Column %s has the type %s; only decimal and varint can be written as %s",
                    shown, CqlTypes.text(column.type()), type));
          }
          if (kind == CqlKind.VARINT && type.scale() != 0) {
            throw invalid(
                String.format(
                    "Column %s is a varint, which has no fraction: its scale must be 0, not %d",
                    shown, type.scale()));
          }
        });
  }

  private static String stored(String column) {
    try {
      return CqlIdentifier.fromCql(column).asInternal();
    } catch (IllegalArgumentException e) {
      throw invalid("\"" + column + "\" is not a column name in CQL");
    }
  }

  private static InvalidSettingException invalid(String message) {
    return new InvalidSettingException(SETTING, message);
  }
}
