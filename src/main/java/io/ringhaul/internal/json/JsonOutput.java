package io.ringhaul.internal.json;

import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.files.OutputFormat;
import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.internal.files.WriterContext;
import io.ringhaul.internal.text.TextWriters;
import java.util.Map;

/** Rows as files of JSON. */
public final class JsonOutput implements OutputFormat {

  public static final String NAME = "json";

  private static final String LAYOUT = "layout";

  private final JsonLayout layout;

  public JsonOutput(JsonLayout layout) {
    this.layout = layout;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String extension() {
    return NAME;
  }

  @Override
  public boolean compressesItself() {
    return false;
  }

  @Override
  public Map<String, String> properties(ExportDescription export) {
    export.columns().forEach(TextWriters::json); // refuses types without a text form
    return Map.of(LAYOUT, layout.name());
  }

  @Override
  public PartWriter writer(WriterContext context) {
    JsonLayout planned = JsonLayout.valueOf(context.property(LAYOUT));
    return new JsonPartWriter(new JsonRowWriter(context.columns(), planned));
  }
}
