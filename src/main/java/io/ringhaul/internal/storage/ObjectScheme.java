package io.ringhaul.internal.storage;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The schemes of object stores, with the class of Iceberg that reaches the store. */
enum ObjectScheme {
  S3(
      List.of("s3", "s3a", "s3n"),
      "org.apache.iceberg.aws.s3.S3FileIO",
      "org.apache.iceberg:iceberg-aws and software.amazon.awssdk:s3, sts and kms"),
  GCS(
      List.of("gs"),
      "org.apache.iceberg.gcp.gcs.GCSFileIO",
      "org.apache.iceberg:iceberg-gcp and org.apache.iceberg:iceberg-gcp-bundle"),
  AZURE(
      List.of("abfss", "abfs", "wasbs", "wasb"),
      "org.apache.iceberg.azure.adlsv2.ADLSFileIO",
      "org.apache.iceberg:iceberg-azure and org.apache.iceberg:iceberg-azure-bundle"),
  HDFS(
      List.of("hdfs"), "org.apache.iceberg.hadoop.HadoopFileIO", "org.apache.hadoop:hadoop-client");

  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
  private final List<String> schemes;

  private final String fileIo;
  private final String artifacts;

  ObjectScheme(List<String> schemes, String fileIo, String artifacts) {
    this.schemes = schemes;
    this.fileIo = fileIo;
    this.artifacts = artifacts;
  }

  /** Returns the store of a scheme; empty if it is unknown. */
  static Optional<ObjectScheme> of(String scheme) {
    String lower = scheme.toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(each -> each.schemes.contains(lower)).findFirst();
  }

  /** Returns the store of a location, which is a URI of a known scheme. */
  static ObjectScheme ofLocation(String location) {
    return of(location.substring(0, location.indexOf(':'))).orElseThrow();
  }

  /** Returns the names of all schemes, for messages. */
  static String names() {
    return Arrays.stream(values())
        .flatMap(each -> each.schemes.stream())
        .collect(Collectors.joining(", "));
  }

  /** Returns the name of the class of Iceberg. */
  String fileIo() {
    return fileIo;
  }

  /** Returns the Maven artifacts that the class needs, for messages. */
  String artifacts() {
    return artifacts;
  }
}
