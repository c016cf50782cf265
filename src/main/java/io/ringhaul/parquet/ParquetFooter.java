package io.ringhaul.parquet;

import io.ringhaul.cql.TableSchema;
import io.ringhaul.cql.TableSchemaJson;
import io.ringhaul.files.SourceFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.mapping.MappedField;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * What a Parquet file says of its columns.
 *
 * @param schema the columns that can be read
 * @param unreadable why others cannot, by their names
 * @param mapping finds the columns by name, for files without Iceberg's field ids
 * @param stored the CQL schema, in files of ours
 * @param rows the numbers of rows of its row groups, by the places of their middles, by which they
 *     belong to a range of the file
 */
record ParquetFooter(
    Schema schema,
    Map<String, String> unreadable,
    Optional<NameMapping> mapping,
    Optional<TableSchema> stored,
    SortedMap<Long, Long> rows) {

  /** The name under which Iceberg's writers keep their schema. */
  static final String ICEBERG_SCHEMA = "iceberg.schema";

  static ParquetFooter of(SourceFile file) throws IOException {
    FileMetaData footer;
    SortedMap<Long, Long> rows;
    // Without options of our own Parquet parses Hadoop's default settings for each file.
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (ParquetFileReader reader =
        ParquetFileReader.open(new LocalInputFile(file.path()), options)) {
      footer = reader.getFileMetaData();
      rows = rows(reader.getFooter().getBlocks());
      return of(footer.getSchema(), footer.getKeyValueMetaData(), rows);
    } catch (RuntimeException e) {
      throw file.unreadable(e); // no Parquet, or a damaged one
    } catch (OutOfMemoryError | StackOverflowError e) {
      // A damaged one that tells of lengths or depths that no memory holds.
      throw file.unreadable(new IOException(e.toString(), e));
    }
  }

  private static SortedMap<Long, Long> rows(List<BlockMetaData> blocks) {
    SortedMap<Long, Long> rows = new TreeMap<>();
    for (BlockMetaData block : blocks) {
      if (!block.getColumns().isEmpty()) {
        rows.merge(
            block.getStartingPos() + block.getCompressedSize() / 2, block.getRowCount(), Long::sum);
      }
    }
    return rows;
  }

  /** How many rows come before those of a range that begins with the byte. */
  long rowsBefore(long start) {
    return rows.headMap(start).values().stream().mapToLong(Long::longValue).sum();
  }

  private static ParquetFooter of(
      MessageType parquet, Map<String, String> metadata, SortedMap<Long, Long> rows) {
    Optional<TableSchema> stored =
        Optional.ofNullable(metadata.get(TableSchemaJson.PROPERTY)).map(TableSchemaJson::parse);
    boolean hasIds = ParquetSchemaUtil.hasIds(parquet);
    // Iceberg spells some names otherwise in Parquet, and keeps them here as they are.
    @Nullable String iceberg = metadata.get(ICEBERG_SCHEMA);
    if (iceberg != null && hasIds) {
      return new ParquetFooter(
          SchemaParser.fromJson(iceberg), Map.of(), Optional.empty(), stored, rows);
    }
    Map<String, String> unreadable = new LinkedHashMap<>();
    List<Type> readable = new ArrayList<>();
    for (Type field : parquet.getFields()) {
      if (UnsignedIntegers.isIn(field)) {
        unreadable.put(field.getName(), UnsignedIntegers.PROBLEM);
        continue;
      }
      try {
        ParquetSchemaUtil.convert(new MessageType(parquet.getName(), List.of(field)));
        readable.add(field);
      } catch (RuntimeException e) {
        unreadable.put(field.getName(), "its Parquet type cannot be read: " + e.getMessage());
      }
    }
    MessageType rest = new MessageType(parquet.getName(), readable);
    Schema schema = ParquetSchemaUtil.convert(rest);
    NameMapping mapping = MappingUtil.create(schema);
    MessageType identified = hasIds ? rest : ParquetSchemaUtil.applyNameMapping(rest, mapping);
    return new ParquetFooter(
        UuidFields.in(schema, identified),
        unreadable,
        hasIds ? Optional.empty() : Optional.of(with(mapping, schema, unreadable.keySet())),
        stored,
        rows);
  }

  /** Iceberg's reader wants an id even of the groups that it passes over. */
  private static NameMapping with(NameMapping mapping, Schema schema, Set<String> passedOver) {
    List<MappedField> fields = new ArrayList<>(mapping.asMappedFields().fields());
    int id = schema.highestFieldId();
    for (String name : passedOver) {
      fields.add(MappedField.of(++id, name));
    }
    return NameMapping.of(fields);
  }

  /** The names of all columns. */
  List<String> columns() {
    List<String> names = new ArrayList<>();
    schema.columns().forEach(field -> names.add(field.name()));
    names.addAll(unreadable.keySet());
    return names;
  }
}
