package io.ringhaul.format;

/** How files are compressed. Each format takes those that its own readers know. */
public enum Compression {
  NONE,
  GZIP,
  ZSTD,
  LZ4,
  SNAPPY,
  BZIP2,
  XZ
}
