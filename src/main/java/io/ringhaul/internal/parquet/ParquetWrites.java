package io.ringhaul.internal.parquet;

import java.net.URL;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * Opens Parquet files for writing without Hadoop's configuration files.
 *
 * <p>Iceberg gives each file a {@link Configuration} of its own, and each of them finds {@code
 * core-default.xml} on the class path and parses it anew. That was 40 % of the work of an export of
 * few rows. Nothing in it is for Parquet; what codecs ask it for has the same defaults in code.
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

  /** As {@link Parquet#write(OutputFile)}; properties are what the caller sets, and no others. */
  public static Parquet.WriteBuilder to(OutputFile file) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // A configuration keeps the loader of the thread that makes it.
    thread.setContextClassLoader(WITHOUT_DEFAULTS);
    try {
      return Parquet.write(file);
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
