package io.ringhaul.cli.jobs;

import java.util.UUID;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The whole id of a job. */
public final class JobId implements ITypeConverter<UUID> {

  /** Java's own parser takes shorter texts, which would name another job than they seem to. */
  private static final Pattern FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  @Override
  public UUID convert(String value) {
    if (!FORM.matcher(value).matches()) {
      throw new TypeConversionException(
          "'" + value + "' is not a UUID, such as 6f1a1f0e-3c55-4b7a-9d0e-0a4b1c2d0001");
    }
    return UUID.fromString(value);
  }
}
