package io.ringhaul.cli;

import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.storage.Locations;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The folders that jobs of a console may read from. Resolves links and {@code ..} before the
 * comparison, and rejects a folder that contains a link to another location.
 */
final class ImportFolders {

  private static final String OPTION = "--import-from";
  private static final String PATH = "--path";
  private static final String PATHS = "--paths";
  private static final String REJECTS = "--rejects";
  private static final Pattern GLOB = Pattern.compile("[*?\\[{]");

  private final List<Path> folders;

  private ImportFolders(List<Path> folders) {
    this.folders = folders;
  }

  /**
   * @throws InvalidSettingException if a path is not a folder
   */
  static ImportFolders of(List<Path> folders) {
    List<Path> real = new ArrayList<>();
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        throw new InvalidSettingException(
            OPTION, OPTION + " is " + folder + ", which is not a folder");
      }
      real.add(real(OPTION, folder));
    }
    return new ImportFolders(List.copyOf(real));
  }

  /**
   * Checks that a command reads only below the folders.
   *
   * @param command the arguments of an export or import
   * @throws InvalidSettingException if it reads another location
   */
  void require(List<String> command) {
    OperationCommand<?, ?> operation = (OperationCommand<?, ?>) Main.parsed(command);
    boolean isExport = operation instanceof ExportCommand;
    for (OptionSpec option : operation.spec().commandLine().getParseResult().matchedOptions()) {
      String name = option.longestName();
      if (name.equals(PATHS)) {
        throw new InvalidSettingException(
            name, refusal(name + " is a file that may name any path"));
      }
      requireNoProperties(option);
      boolean isWritten = name.equals(REJECTS) || (isExport && name.equals(PATH));
      if (StoredCommand.isPath(option) && !isWritten) {
        for (String value : option.originalStringValues()) {
          requireBelow(name, StoredCommand.absolute(value));
        }
      }
    }
  }

  /**
   * Checks that an option of a job is not one of properties, whose values may refer to any file or
   * variable of this process, nor of Spark, whose settings may start any program.
   *
   * @throws InvalidSettingException if it is
   */
  static void requireNoProperties(OptionSpec option) {
    String name = option.longestName();
    if (name.equals(SparkOptions.ON) || name.equals(SparkOptions.CONF)) {
      throw new InvalidSettingException(
          name,
          name
              + " may name any program or server, so jobs of this console cannot have it: run the"
              + " job from the command line");
    }
    if (name.equals(CatalogDefinitions.PROPERTY_OPTION) || name.equals(StorageOptions.OPTION)) {
      throw new InvalidSettingException(
          name,
          name
              + " may name any server or file, so jobs of this console cannot have it: set the"
              + " properties in the configuration file");
    }
  }

  private void requireBelow(String option, String text) {
    if (Locations.isObject(text)) {
      throw new InvalidSettingException(option, refusal(option + " is " + text));
    }
    Matcher glob = GLOB.matcher(text);
    boolean isGlob = option.equals(PATH) && !Files.exists(Path.of(text)) && glob.find();
    // A glob matches files below the folder before its first special character.
    Path path = Path.of(isGlob ? text.substring(0, text.lastIndexOf('/', glob.start()) + 1) : text);
    // Checks both interpretations of dots after links: the file system's and the lexical one.
    requireInside(option, text, path);
    requireInside(option, text, path.normalize());
    if (Files.isDirectory(path)) {
      requireNoWayOut(option, text, path);
    }
  }

  private void requireInside(String option, String text, Path path) {
    Path there = path;
    while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = Objects.requireNonNull(there.getParent());
    }
    Path real = real(option, there);
    if (folders.stream().noneMatch(real::startsWith)) {
      throw new InvalidSettingException(option, refusal(option + " is " + text));
    }
  }

  private void requireNoWayOut(String option, String text, Path folder) {
    try {
      Files.walkFileTree(
          folder.toRealPath(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isSymbolicLink()) {
                requireInside(option, text + ", which contains the link " + file, file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new InvalidSettingException(option, option + " is " + text + ", which cannot be read");
    }
  }

  private String refusal(String what) {
    String where =
        folders.isEmpty()
            ? "have no folder to read from"
            : "may read only below "
                + folders.stream().map(Path::toString).collect(Collectors.joining(" and "));
    return what
        + ", but jobs of this console "
        + where
        + ": start the console with "
        + OPTION
        + " and this folder, or run the job from the command line";
  }

  private static Path real(String option, Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new InvalidSettingException(option, option + " is " + path + ", which cannot be read");
    }
  }
}
