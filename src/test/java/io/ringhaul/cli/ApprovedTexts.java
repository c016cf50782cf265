package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Files with texts that a person has read and approved. {@code -Dringhaul.approve=true} rewrites
 * them.
 */
final class ApprovedTexts {

  private static final Path FOLDER = Path.of("src/test/resources/io/ringhaul/cli/approved");

  private ApprovedTexts() {}

  /** Compares texts, by file name, with the files of a folder, which has no others. */
  static void assertApproved(String folder, Map<String, String> texts) throws IOException {
    Path approved = FOLDER.resolve(folder);
    if (Boolean.getBoolean("ringhaul.approve")) {
      Files.createDirectories(approved);
      for (String old : names(approved)) {
        Files.delete(approved.resolve(old));
      }
      for (Map.Entry<String, String> text : texts.entrySet()) {
        Files.writeString(approved.resolve(text.getKey()), text.getValue());
      }
    }
    assertThat(names(approved)).isEqualTo(new TreeSet<>(texts.keySet()));
    for (Map.Entry<String, String> text : texts.entrySet()) {
      assertThat(text.getValue())
          .as("%s; -Dringhaul.approve=true rewrites it", text.getKey())
          .isEqualTo(Files.readString(approved.resolve(text.getKey())));
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
