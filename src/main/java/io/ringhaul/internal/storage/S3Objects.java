package io.ringhaul.internal.storage;

import io.ringhaul.internal.storage.FileStore.FileStat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.aws.s3.S3FileIOProperties;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * The requests to S3 that Iceberg's interfaces do not have: entity tags, listings of one folder,
 * writes with a precondition, and uploads that were not completed. Only loaded with the client of
 * S3.
 */
final class S3Objects {

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3FileIO io;
  private final S3FileIOProperties properties;

  S3Objects(S3FileIO io) {
    this.io = io;
    this.properties = new S3FileIOProperties(io.properties());
  }

  /** The content of an object, and its entity tag. */
  record Content(String text, String version) {}

  /**
   * Returns the objects whose URIs begin with the prefix, in the order of their names. Each request
   * gets up to 1,000 of them.
   *
   * @param isOneFolder leaves out objects with a further slash after the prefix; of those, the part
   *     up to that slash is returned, with the size 0
   */
  List<FileStat> list(String prefix, boolean isOneFolder) {
    Name name = name(prefix);
    ListObjectsV2Request.Builder request =
        ListObjectsV2Request.builder().bucket(name.bucket()).prefix(name.key());
    if (isOneFolder) {
      request.delimiter("/");
    }
    List<FileStat> found = new ArrayList<>();
    for (ListObjectsV2Response page : client(prefix).listObjectsV2Paginator(request.build())) {
      page.contents()
          .forEach(
              each ->
                  found.add(
                      new FileStat(
                          name.uri(each.key()),
                          each.size(),
                          version(each.eTag(), each.lastModified()))));
      page.commonPrefixes()
          .forEach(each -> found.add(new FileStat(name.uri(each.prefix()), 0, "")));
    }
    return found;
  }

  /** Returns the entity tag; for a store that has none, the time of the last change in seconds. */
  private static String version(@Nullable String tag, Instant changed) {
    return tag == null ? Long.toString(changed.getEpochSecond()) : tag;
  }

  /** Returns whether an object's URI begins with the prefix. */
  boolean hasAny(String prefix) {
    Name name = name(prefix);
    return !client(prefix)
        .listObjectsV2(
            ListObjectsV2Request.builder()
                .bucket(name.bucket())
                .prefix(name.key())
                .maxKeys(1)
                .build())
        .contents()
        .isEmpty();
  }

  Optional<FileStat> head(String location) {
    return response(location)
        .map(
            found ->
                new FileStat(
                    location, found.contentLength(), version(found.eTag(), found.lastModified())));
  }

  /** Returns the entity tag of an object; empty if there is none. */
  String entityTag(String location) {
    return response(location).map(HeadObjectResponse::eTag).orElse("");
  }

  private Optional<HeadObjectResponse> response(String location) {
    Name name = name(location);
    HeadObjectRequest.Builder request =
        HeadObjectRequest.builder().bucket(name.bucket()).key(name.key());
    if (S3FileIOProperties.SSE_TYPE_CUSTOM.equals(properties.sseType())) {
      request
          .sseCustomerAlgorithm(ServerSideEncryption.AES256.name())
          .sseCustomerKey(properties.sseKey())
          .sseCustomerKeyMD5(properties.sseMd5());
    }
    try {
      return Optional.of(client(location).headObject(request.build()));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  Optional<Content> read(String location) {
    Name name = name(location);
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(name.bucket()).key(name.key());
    if (S3FileIOProperties.SSE_TYPE_CUSTOM.equals(properties.sseType())) {
      request
          .sseCustomerAlgorithm(ServerSideEncryption.AES256.name())
          .sseCustomerKey(properties.sseKey())
          .sseCustomerKeyMD5(properties.sseMd5());
    }
    try {
      ResponseBytes<GetObjectResponse> found = client(location).getObjectAsBytes(request.build());
      return Optional.of(
          new Content(
              found.asString(StandardCharsets.UTF_8),
              version(found.response().eTag(), found.response().lastModified())));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    }
  }

  /** What became of a write with a precondition. */
  enum Written {
    DONE,
    /** Another writer was first. */
    REFUSED,
    /** The store does not know preconditions. */
    UNSUPPORTED
  }

  /**
   * Writes an object if it is as expected.
   *
   * @param version the entity tag of the object that is replaced; null if there must be none
   */
  Written write(String location, String text, @Nullable String version) {
    Name name = name(location);
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(name.bucket())
            .key(name.key())
            .contentType("application/json")
            .acl(properties.acl());
    encrypt(request);
    if (version == null) {
      request.ifNoneMatch("*");
    } else {
      request.ifMatch(version);
    }
    try {
      client(location)
          .putObject(request.build(), RequestBody.fromBytes(text.getBytes(StandardCharsets.UTF_8)));
      return Written.DONE;
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED
          || e.statusCode() == CONFLICT
          || (e.statusCode() == NOT_FOUND && version != null && !isBucketMissing(e))) {
        return Written.REFUSED;
      }
      if (e.statusCode() == NOT_IMPLEMENTED) {
        return Written.UNSUPPORTED;
      }
      throw e;
    }
  }

  /** Writes the encryption that the properties ask for, as Iceberg does for other objects. */
  private void encrypt(PutObjectRequest.Builder request) {
    switch (properties.sseType()) {
      case S3FileIOProperties.SSE_TYPE_S3 ->
          request.serverSideEncryption(ServerSideEncryption.AES256);
      case S3FileIOProperties.SSE_TYPE_KMS ->
          request
              .serverSideEncryption(ServerSideEncryption.AWS_KMS)
              .ssekmsKeyId(properties.sseKey());
      case S3FileIOProperties.DSSE_TYPE_KMS ->
          request
              .serverSideEncryption(ServerSideEncryption.AWS_KMS_DSSE)
              .ssekmsKeyId(properties.sseKey());
      case S3FileIOProperties.SSE_TYPE_CUSTOM ->
          request
              .sseCustomerAlgorithm(ServerSideEncryption.AES256.name())
              .sseCustomerKey(properties.sseKey())
              .sseCustomerKeyMD5(properties.sseMd5());
      default -> {}
    }
  }

  /**
   * Ends uploads in parts that a killed process left. They are invisible, but are paid for.
   *
   * @param isLeftover tells it from the object's name in the folder
   */
  int abortUploads(String folder, Predicate<String> isLeftover) {
    Name name = name(folder + "/");
    int aborted = 0;
    for (MultipartUpload upload :
        client(folder)
            .listMultipartUploadsPaginator(
                ListMultipartUploadsRequest.builder()
                    .bucket(name.bucket())
                    .prefix(name.key())
                    .build())
            .uploads()) {
      if (isLeftover.test(upload.key().substring(name.key().length()))) {
        client(folder)
            .abortMultipartUpload(
                it -> it.bucket(name.bucket()).key(upload.key()).uploadId(upload.uploadId()));
        aborted++;
      }
    }
    return aborted;
  }

  private static boolean isBucketMissing(S3Exception e) {
    return e.awsErrorDetails() != null && "NoSuchBucket".equals(e.awsErrorDetails().errorCode());
  }

  private S3Client client(String location) {
    return io.client(location);
  }

  private Name name(String location) {
    int start = location.indexOf("://") + 3;
    int slash = location.indexOf('/', start);
    String bucket = slash < 0 ? location.substring(start) : location.substring(start, slash);
    return new Name(
        location.substring(0, start) + bucket + "/",
        properties.bucketToAccessPointMapping().getOrDefault(bucket, bucket),
        slash < 0 ? "" : location.substring(slash + 1));
  }

  /** The bucket or its access point, and the key, of a URI. */
  private record Name(String root, String bucket, String key) {
    String uri(String other) {
      return root + other;
    }
  }
}
