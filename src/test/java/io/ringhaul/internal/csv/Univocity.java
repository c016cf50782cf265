package io.ringhaul.internal.csv;

import com.univocity.parsers.common.record.Record;
import com.univocity.parsers.csv.CsvFormat;
import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import com.univocity.parsers.csv.CsvWriter;
import com.univocity.parsers.csv.CsvWriterSettings;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Configures univocity-parsers as the CSV connector of DSBulk 1.10 does by default, but without the
 * limit on the characters of a field.
 */
final class Univocity {

  private Univocity() {}

  /** Returns the file that DSBulk unloads; the first record is the header. */
  static String write(List<List<@Nullable String>> records) {
    CsvWriterSettings settings = new CsvWriterSettings();
    CsvFormat format = format();
    format.setLineSeparator("\n");
    settings.setFormat(format);
    settings.setNullValue(null);
    settings.setEmptyValue("\"\"");
    settings.setQuoteEscapingEnabled(true);
    settings.setIgnoreLeadingWhitespaces(false);
    settings.setIgnoreTrailingWhitespaces(false);
    settings.setMaxColumns(512);
    settings.setNormalizeLineEndingsWithinQuotes(false);
    settings.setQuotationTriggers('\0');
    StringWriter out = new StringWriter();
    CsvWriter writer = new CsvWriter(out, settings);
    writer.writeHeaders(records.get(0));
    records.subList(1, records.size()).forEach(record -> writer.writeRow(record.toArray()));
    writer.close();
    return out.toString();
  }

  /** Returns the records that DSBulk loads, without the header. */
  static List<List<@Nullable String>> read(String text) {
    CsvParserSettings settings = new CsvParserSettings();
    settings.setFormat(format());
    settings.setNullValue(null);
    settings.setEmptyValue("");
    settings.setHeaderExtractionEnabled(true);
    settings.setMaxCharsPerColumn(-1);
    settings.setMaxColumns(512);
    settings.setNormalizeLineEndingsWithinQuotes(false);
    settings.setIgnoreLeadingWhitespaces(false);
    settings.setIgnoreTrailingWhitespaces(false);
    settings.setIgnoreLeadingWhitespacesInQuotes(false);
    settings.setIgnoreTrailingWhitespacesInQuotes(false);
    settings.setLineSeparatorDetectionEnabled(true);
    CsvParser parser = new CsvParser(settings);
    parser.beginParsing(new StringReader(text));
    List<List<@Nullable String>> records = new ArrayList<>();
    for (Record row = parser.parseNextRecord(); row != null; row = parser.parseNextRecord()) {
      records.add(Arrays.asList(row.getValues()));
    }
    return records;
  }

  private static CsvFormat format() {
    CsvFormat format = new CsvFormat();
    format.setDelimiter(',');
    format.setQuote('"');
    format.setQuoteEscape('\\');
    format.setComment('\0');
    return format;
  }
}
