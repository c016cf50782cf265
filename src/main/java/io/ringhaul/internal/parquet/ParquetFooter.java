package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.TableSchemaJson;
import io.ringhaul.schema.TableSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * What a Parquet file says of its columns.
 *
 * @param schema the columns that can be read
 * @param unreadable why others cannot, by their names
 * @param nulls the columns that are declared to be null in each row
 * @param identified the columns that can be read, with the field ids of the schema
 * @param stored the CQL schema, in files of ours
 */
record ParquetFooter(
    Schema schema,
    Map<String, String> unreadable,
    Set<String> nulls,
    MessageType identified,
    Optional<TableSchema> stored) {

  /** The name under which Iceberg's writers keep their schema. */
  static final String ICEBERG_SCHEMA = "iceberg.schema";

  static ParquetFooter of(OpenParquetFile file) {
    Map<String, String> metadata = file.metadata();
    Optional<TableSchema> stored =
        Optional.ofNullable(metadata.get(TableSchemaJson.PROPERTY)).map(TableSchemaJson::parse);
    MessageType parquet = file.schema().type();
    Set<String> nulls = file.schema().nulls();
    Map<String, String> unreadable = new LinkedHashMap<>(file.problems());
    List<Type> readable = new ArrayList<>();
    for (Type field : parquet.getFields()) {
      if (!nulls.contains(field.getName()) && !unreadable.containsKey(field.getName())) {
        problem(parquet, field)
            .ifPresentOrElse(
                problem -> unreadable.put(field.getName(), problem), () -> readable.add(field));
      }
    }
    MessageType rest = new MessageType(parquet.getName(), readable);
    boolean hasIds = ParquetSchemaUtil.hasIds(rest);
    // Iceberg spells some names otherwise in Parquet, and keeps them here as they are.
    @Nullable String iceberg = metadata.get(ICEBERG_SCHEMA);
    if (iceberg != null && hasIds) {
      return new ParquetFooter(SchemaParser.fromJson(iceberg), Map.of(), Set.of(), parquet, stored);
    }
    Schema schema = ParquetSchemaUtil.convert(rest);
    MessageType identified = identified(rest, schema);
    return new ParquetFooter(
        ConvertedSchema.corrected(schema, identified), unreadable, nulls, identified, stored);
  }

  private static Optional<String> problem(MessageType parquet, Type field) {
    Optional<String> problem = ConvertedSchema.problem(field);
    if (problem.isPresent()) {
      return problem;
    }
    try {
      MessageType alone = new MessageType(parquet.getName(), List.of(field));
      Schema schema = ParquetSchemaUtil.convert(alone);
      if (schema.columns().isEmpty()) {
        return Optional.of("it has no fields");
      } else if (!ConvertedSchema.hasFloat16(field)) {
        // Some types convert, and only their reader tells that there is none.
        CqlParquetReaders.recordReader(schema, identified(alone, schema), Map.of(), Set.of());
      }
      return Optional.empty();
    } catch (RuntimeException e) {
      String message = e.getMessage() == null ? e.toString() : e.getMessage();
      return Optional.of("its Parquet type cannot be read: " + OpenParquetFile.firstLine(message));
    }
  }

  private static MessageType identified(MessageType file, Schema schema) {
    return ParquetSchemaUtil.hasIds(file)
        ? file
        : ParquetSchemaUtil.applyNameMapping(file, MappingUtil.create(schema));
  }

  /** The names of all columns. */
  List<String> columns() {
    List<String> names = new ArrayList<>();
    schema.columns().forEach(field -> names.add(field.name()));
    names.addAll(nulls);
    names.addAll(unreadable.keySet());
    return names;
  }
}
