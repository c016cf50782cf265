package io.ringhaul.internal.parquet;

import java.net.URL;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * Opens Parquet files for writing without loading Hadoop's configuration files.
 *
 * <p>Iceberg makes a {@link Configuration} for each file, and each one finds and parses {@code
 * core-default.xml} on the class path. That was 40 % of the work of an export of few rows. Parquet
 * needs none of these settings; the codecs have the same defaults in code.
 */
public final class ParquetWrites {

  private static final ClassLoader WITHOUT_DEFAULTS =
      new ClassLoader(Configuration.class.getClassLoader()) {
        @Override
        public @Nullable URL getResource(String name) {
          return name.endsWith("-default.xml") || name.endsWith("-site.xml")
              ? null
              : super.getResource(name);
        }
      };

  private ParquetWrites() {}

  /** Calls {@link Parquet#write(OutputFile)}; only properties that the caller sets apply. */
  public static Parquet.WriteBuilder to(OutputFile file) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // A Configuration uses the context class loader of the thread that creates it.
    thread.setContextClassLoader(WITHOUT_DEFAULTS);
    try {
      return Parquet.write(file);
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
