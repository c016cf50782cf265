package io.ringhaul.cli;

import io.ringhaul.internal.disk.LocalPaths;
import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A path or a glob on the local disk, as each option takes it that names a file or a folder. */
final class LocalPathText implements ITypeConverter<String> {

  /** Makes all options whose values are files or folders take local ones only. */
  static void register(CommandLine commandLine) {
    LocalPathText text = new LocalPathText();
    commandLine.registerConverter(File.class, value -> new File(text.convert(value)));
    commandLine.registerConverter(Path.class, value -> Path.of(text.convert(value)));
  }

  @Override
  public String convert(String value) {
    Optional<String> problem = LocalPaths.problem(value);
    if (problem.isPresent()) {
      throw new TypeConversionException("it is '" + value + "', " + problem.orElseThrow());
    }
    try {
      // A glob is no path everywhere; apart from that it is to be one.
      Path unused = Path.of(value.replace('*', '_').replace('?', '_'));
      return value;
    } catch (InvalidPathException e) {
      throw new TypeConversionException(
          "it is '" + value + "', which is not a path: " + e.getReason());
    }
  }
}
