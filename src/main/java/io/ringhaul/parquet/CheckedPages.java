package io.ringhaul.parquet;

import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.encryption.NativeEncryptionInputFile;
import org.apache.iceberg.hadoop.HadoopConfigurable;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.util.SerializableSupplier;

/**
 * Files whose pages are read only if their checksums are right, where they have such: those that we
 * write do. Iceberg's reader takes that setting from files with a Hadoop configuration alone.
 */
public final class CheckedPages implements InputFile, HadoopConfigurable {

  private static final Configuration CONFIGURATION = new Configuration(false);

  static {
    CONFIGURATION.setBoolean("parquet.page.verify-checksum.enabled", true);
  }

  private final InputFile file;

  private CheckedPages(InputFile file) {
    this.file = file;
  }

  /** The file with its checksums looked at; one with settings or keys of its own as it is. */
  public static InputFile of(InputFile file) {
    return file instanceof HadoopConfigurable || file instanceof NativeEncryptionInputFile
        ? file
        : new CheckedPages(file);
  }

  @Override
  public long getLength() {
    return file.getLength();
  }

  @Override
  public SeekableInputStream newStream() {
    return file.newStream();
  }

  @Override
  public String location() {
    return file.location();
  }

  @Override
  public boolean exists() {
    return file.exists();
  }

  @Override
  public Configuration getConf() {
    return CONFIGURATION;
  }

  @Override
  public void setConf(Configuration conf) {
    throw new UnsupportedOperationException("Its configuration is fixed");
  }

  @Override
  public void serializeConfWith(
      Function<Configuration, SerializableSupplier<Configuration>> confSerializer) {
    // It does not travel.
  }
}
