package io.ringhaul.format;

/** Compression of files. Each format accepts those that its readers support. */
public enum Compression {
  NONE,
  GZIP,
  ZSTD,
  LZ4,
  SNAPPY,
  BZIP2,
  XZ
}
