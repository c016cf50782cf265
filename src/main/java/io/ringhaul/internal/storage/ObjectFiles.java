package io.ringhaul.internal.storage;

import io.ringhaul.internal.disk.ExplainedException;
import io.ringhaul.internal.storage.S3Objects.Written;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.DelegatingInputStream;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a store, reached with Iceberg's {@link FileIO}. Its retries are those of the
 * store's client. Thread-safe.
 */
public final class ObjectFiles implements FileStore, AutoCloseable {

  /** Up to this many objects are asked for one by one; for more, their folder is listed. */
  private static final int FEW = 4;

  private final FileIO io;
  private final SupportsPrefixOperations listing;

  /** Null for stores other than S3. */
  private final @Nullable S3Objects s3;

  ObjectFiles(FileIO io, ObjectScheme scheme) {
    this.io = io;
    this.listing = (SupportsPrefixOperations) io;
    this.s3 = scheme == ObjectScheme.S3 ? new S3Objects((S3FileIO) io) : null;
  }

  /** A request to a store. */
  @FunctionalInterface
  private interface Request<T> {
    T run() throws IOException;
  }

  @Override
  public boolean isFolder(String location) throws IOException {
    if (s3 == null && Locations.isCutShort(location)) {
      return false;
    }
    String prefix = location + "/";
    return guarded(
        () -> {
          if (s3 != null) {
            return s3.hasAny(prefix);
          }
          // HDFS lists a file as its own only content.
          for (FileInfo each : listing.listPrefix(prefix)) {
            if (inForm(prefix, each.location()).startsWith(prefix)) {
              return true;
            }
          }
          return false;
        },
        false);
  }

  @Override
  public Optional<FileStat> find(String location) throws IOException {
    if (Locations.isBucket(location) || (s3 == null && Locations.isCutShort(location))) {
      return Optional.empty();
    }
    return guarded(
        () -> {
          if (s3 != null) {
            return s3.head(location);
          }
          for (FileInfo each : listing.listPrefix(location)) {
            if (inForm(location, each.location()).equals(location)) {
              return Optional.of(stat(location, each));
            }
          }
          return Optional.<FileStat>empty();
        },
        Optional.empty());
  }

  @Override
  public Map<String, FileStat> find(String folder, Collection<String> names) throws IOException {
    Map<String, FileStat> found = new HashMap<>();
    if (names.size() <= FEW) {
      for (String name : names) {
        find(Locations.child(folder, name)).ifPresent(file -> found.put(file.location(), file));
      }
    } else {
      entries(folder).forEach(file -> found.put(file.location(), file));
    }
    return found;
  }

  @Override
  public List<FileStat> files(String folder) throws IOException {
    return entries(folder).stream()
        .filter(file -> !file.location().endsWith("/"))
        .filter(file -> Locations.isDataName(Locations.name(file.location())))
        .toList();
  }

  /**
   * Returns the objects in a folder, in the order of their names. A folder in it is returned once,
   * with a slash at the end.
   */
  public List<FileStat> entries(String folder) throws IOException {
    String prefix = folder + "/";
    List<FileStat> entries = new ArrayList<>();
    String last = "";
    for (FileStat each : list(prefix, true)) {
      String name = each.location().substring(prefix.length());
      int slash = name.indexOf('/');
      String entry = slash < 0 ? each.location() : prefix + name.substring(0, slash + 1);
      // The empty name is an object that consoles of stores make for an empty folder.
      if (!name.isEmpty() && !entry.equals(last)) {
        entries.add(slash < 0 ? each : new FileStat(entry, 0, ""));
        last = entry;
      }
    }
    return entries;
  }

  /** Returns all objects whose URIs begin with the prefix, in the order of their names. */
  private List<FileStat> list(String prefix, boolean isOneFolder) throws IOException {
    return guarded(
        () -> {
          if (s3 != null) {
            return s3.list(prefix, isOneFolder);
          }
          List<FileStat> found = new ArrayList<>();
          // Not every store lists the part of a name.
          String folder = prefix.substring(0, prefix.lastIndexOf('/') + 1);
          for (FileInfo each : listing.listPrefix(folder)) {
            String location = inForm(folder, each.location());
            if (location.startsWith(prefix)) {
              found.add(stat(location, each));
            }
          }
          found.sort(Comparator.comparing(FileStat::location));
          return found;
        },
        List.of());
  }

  /** Returns a location as a name after the prefix: HDFS adds the host to it. */
  private static String inForm(String prefix, String location) {
    if (location.startsWith(prefix)) {
      return location;
    }
    String path = prefix.replaceFirst("^[^:]+://[^/]*", "");
    int at = location.indexOf(path, location.indexOf("://") + 3);
    return at < 0 ? location : prefix + location.substring(at + path.length());
  }

  @Override
  public List<FileStat> glob(String pattern) throws IOException {
    int bucket = pattern.indexOf('/', pattern.indexOf("://") + 3);
    int special = bucket;
    while (special < pattern.length() && "*?[{".indexOf(pattern.charAt(special)) < 0) {
      special++;
    }
    // The longest prefix without a special character: the store lists no more than needed.
    String prefix = pattern.substring(0, special);
    String folder = prefix.substring(0, prefix.lastIndexOf('/') + 1);
    String rest = pattern.substring(folder.length());
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + rest);
    List<PathMatcher> hidden = Globs.hiddenParts(rest);
    boolean isOneFolder = rest.indexOf('/') < 0 && !rest.contains("**");
    return list(prefix, isOneFolder).stream()
        .filter(file -> !file.location().endsWith("/"))
        .filter(file -> Locations.isDataName(Locations.name(file.location())))
        .filter(
            file -> {
              Path path = Path.of(file.location().substring(folder.length()));
              return matcher.matches(path) && !isHidden(path.getParent(), hidden);
            })
        .toList();
  }

  private static boolean isHidden(@Nullable Path folder, List<PathMatcher> shown) {
    if (folder != null) {
      for (Path part : folder) {
        if (part.toString().startsWith(".") && shown.stream().noneMatch(it -> it.matches(part))) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public String text(String location) throws IOException {
    return read(location).text();
  }

  /** Returns a small object with its version. */
  public Versioned read(String location) throws IOException {
    Optional<Versioned> found =
        guarded(
            () -> {
              if (s3 != null) {
                return s3.read(location).map(it -> new Versioned(it.text(), it.version()));
              }
              String whole = Locations.requireWhole(location);
              try (InputStream in = io.newInputFile(whole).newStream()) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                return Optional.of(new Versioned(text, text));
              }
            },
            Optional.<Versioned>empty());
    return found.orElseThrow(() -> new NoSuchFileException(location));
  }

  /**
   * The content of an object.
   *
   * @param version S3's entity tag; the content itself for other stores
   */
  public record Versioned(String text, String version) {}

  @Override
  public InputStream open(String location, long position) throws IOException {
    Locations.requireWhole(location);
    SeekableInputStream in =
        guarded(
                () -> Optional.of(io.newInputFile(location).newStream()),
                Optional.<SeekableInputStream>empty())
            .orElseThrow(() -> new NoSuchFileException(location));
    GuardedInput opened = new GuardedInput(in);
    if (position > 0) {
      opened.seek(position);
    }
    return opened;
  }

  @Override
  public InputFile input(String location, long size) {
    try {
      return new GuardedFile(io.newInputFile(Locations.requireWhole(location), size));
    } catch (ExplainedException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String plain(String location) {
    return location;
  }

  /**
   * Creates an object, which appears when the stream is closed, in HDFS at once. A stream that is
   * not closed leaves none, in HDFS an incomplete one.
   */
  public OutputStream create(String location) throws IOException {
    Locations.requireWhole(location);
    OutputStream out =
        guarded(
                () -> Optional.<OutputStream>of(io.newOutputFile(location).createOrOverwrite()),
                Optional.<OutputStream>empty())
            .orElseThrow(
                () ->
                    new ExplainedException("the bucket of " + location + " does not exist", null));
    return new GuardedOutput(out);
  }

  /**
   * Writes a small object if it is as expected. This is atomic where S3 keeps the precondition of
   * the request. Other stores, and those that accept a precondition and ignore it, are read before
   * and after the write, so that two writers within the same moment may overwrite each other.
   *
   * @param version the version of the object that is replaced; null if there must be none
   * @return whether it was written and is there; false if another writer was first, or has written
   *     since
   */
  public boolean write(String location, String text, @Nullable String version) throws IOException {
    Optional<String> now = found(location).map(Versioned::version);
    if (!now.equals(Optional.ofNullable(version))) {
      return false;
    }
    S3Objects atomic = s3;
    Written written =
        atomic == null
            ? Written.UNSUPPORTED
            : guarded(() -> atomic.write(location, text, version), Written.REFUSED);
    boolean isWritten =
        written == Written.DONE
            || (written == Written.UNSUPPORTED && overwrite(location, text, version == null));
    return isWritten && found(location).filter(it -> it.text().equals(text)).isPresent();
  }

  /** Writes without a precondition that the store keeps. */
  private boolean overwrite(String location, String text, boolean isNew) throws IOException {
    try {
      return guarded(
          () -> {
            OutputFile file = io.newOutputFile(location);
            try (OutputStream out = isNew ? file.create() : file.createOrOverwrite()) {
              out.write(text.getBytes(StandardCharsets.UTF_8));
            }
            return true;
          },
          false);
    } catch (ExplainedException e) {
      if (e.getCause() instanceof AlreadyExistsException) {
        return false;
      }
      throw e;
    }
  }

  private Optional<Versioned> found(String location) throws IOException {
    try {
      return Optional.of(read(location));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the entity tag of an object, which every change of its content changes; empty for
   * stores other than S3. The time of the last change is no such tag: a store may keep it when an
   * object is overwritten.
   */
  public String entityTag(String location) throws IOException {
    S3Objects tagged = s3;
    return tagged == null ? "" : guarded(() -> tagged.entityTag(location), "");
  }

  /** Deletes objects; those that do not exist are skipped. */
  public void delete(Collection<String> locations) throws IOException {
    if (locations.isEmpty()) {
      return;
    }
    for (String each : locations) {
      Locations.requireWhole(each);
    }
    guarded(
        () -> {
          if (io instanceof SupportsBulkOperations bulk && locations.size() > 1) {
            bulk.deleteFiles(locations);
          } else {
            locations.forEach(io::deleteFile);
          }
          return true;
        },
        true);
  }

  /**
   * Ends uploads in parts that a killed process left, where the store shows them.
   *
   * @param isLeftover tells it from the object's name in the folder
   */
  public int abortUploads(String folder, Predicate<String> isLeftover) throws IOException {
    S3Objects uploads = s3;
    return uploads == null ? 0 : guarded(() -> uploads.abortUploads(folder, isLeftover), 0);
  }

  @Override
  public void close() {
    io.close();
  }

  private static FileStat stat(String location, FileInfo file) {
    return new FileStat(location, file.size(), Long.toString(file.createdAtMillis()));
  }

  /**
   * Runs a request.
   *
   * @param missing the answer if the object or the folder does not exist
   * @throws ExplainedException if the store refuses it, or does not answer
   */
  private static <T> T guarded(Request<T> request, T missing) throws IOException {
    try {
      return request.run();
    } catch (NotFoundException e) {
      return missing;
    } catch (RuntimeException e) {
      if (e.getCause() instanceof FileNotFoundException) {
        return missing;
      }
      throw ObjectTrouble.of(e);
    } catch (ExplainedException | NoSuchFileException e) {
      throw e;
    } catch (FileNotFoundException e) {
      return missing;
    } catch (IOException e) {
      throw ObjectTrouble.of(e);
    }
  }

  /** A file for Parquet whose failures are told as those of other reads. */
  private record GuardedFile(InputFile file) implements InputFile {

    @Override
    public long getLength() {
      return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
      return new GuardedInput(file.newStream());
    }

    @Override
    public String location() {
      return file.location();
    }

    @Override
    public boolean exists() {
      return file.exists();
    }
  }

  /** Throws the exceptions of a store's client as I/O errors. */
  private static final class GuardedInput extends SeekableInputStream
      implements DelegatingInputStream {

    private final SeekableInputStream in;

    GuardedInput(SeekableInputStream in) {
      this.in = in;
    }

    @Override
    public InputStream getDelegate() {
      return in;
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    @Override
    public void seek(long position) throws IOException {
      read(
          () -> {
            in.seek(position);
            return 0;
          });
    }

    @Override
    public int read() throws IOException {
      return read(in::read);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return read(() -> in.read(target, offset, length));
    }

    private static int read(Request<Integer> request) throws IOException {
      try {
        return request.run();
      } catch (NotFoundException e) {
        throw new ExplainedException("the object has been deleted", e);
      } catch (IOException | RuntimeException e) {
        throw ObjectTrouble.of(e);
      }
    }

    @Override
    public void close() throws IOException {
      read(
          () -> {
            in.close();
            return 0;
          });
    }
  }

  /** Throws the exceptions of a store's client as I/O errors. */
  private static final class GuardedOutput extends OutputStream {

    private final OutputStream out;

    GuardedOutput(OutputStream out) {
      this.out = out;
    }

    private interface Write {
      void run() throws IOException;
    }

    private static void write(Write write) throws IOException {
      try {
        write.run();
      } catch (IOException | RuntimeException e) {
        throw ObjectTrouble.of(e);
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(() -> out.write(b));
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      write(() -> out.write(source, offset, length));
    }

    @Override
    public void close() throws IOException {
      write(out::close);
    }
  }
}
