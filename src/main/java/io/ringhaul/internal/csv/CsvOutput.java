package io.ringhaul.internal.csv;

import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.files.OutputFormat;
import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.internal.files.WriterContext;
import io.ringhaul.internal.text.TextWriters;
import java.util.Map;

/** Rows as files of comma-separated values. */
public final class CsvOutput implements OutputFormat {

  public static final String FORMAT = "csv";

  private final CsvSettings settings;

  public CsvOutput(CsvSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return FORMAT;
  }

  @Override
  public String extension() {
    return FORMAT;
  }

  @Override
  public boolean compressesItself() {
    return false;
  }

  @Override
  public Map<String, String> properties(ExportDescription export) {
    export.columns().forEach(TextWriters::plain); // refuses types without a text form
    CsvSyntax syntax = settings.syntax();
    // All of them, so that a reader needs to know no defaults.
    return Map.of(
        CsvSettings.DIALECT, syntax.dialect().name(),
        CsvSettings.DELIMITER, String.valueOf(syntax.delimiter()),
        CsvSettings.QUOTE, String.valueOf(syntax.quote()),
        CsvSettings.ESCAPE, String.valueOf(syntax.escape()),
        CsvSettings.HEADER, String.valueOf(settings.hasHeader()));
  }

  @Override
  public PartWriter writer(WriterContext context) {
    return new CsvPartWriter(context);
  }
}
