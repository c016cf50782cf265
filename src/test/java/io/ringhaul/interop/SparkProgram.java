package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.cli.sandbox.ForeignClassPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Spark in a process of its own, with the packages and settings that the documentation names. */
record SparkProgram(JavaProgram program) {

  private static final String PROGRAM = "PrintWithSpark.java";
  private static final Pattern PACKAGES = Pattern.compile("--packages (\\S+)");
  private static final Pattern SETTING = Pattern.compile("--conf '?(\\S+?)'? \\\\\n");

  /**
   * Spark.
   *
   * @param folder the folder for the program and its output
   */
  static SparkProgram in(Path folder) throws IOException {
    Path program = folder.resolve(PROGRAM);
    try (InputStream source = SparkProgram.class.getResourceAsStream(PROGRAM)) {
      Files.copy(Objects.requireNonNull(source, PROGRAM), program);
    }
    Matcher packages = PACKAGES.matcher(documented());
    assertThat(packages.find()).isTrue();
    List<String> options = new ArrayList<>(List.of("-Xmx1g"));
    JavaProgram.SPARK_OPENS.forEach(each -> options.add("--add-opens=" + each + "=ALL-UNNAMED"));
    return new SparkProgram(
        new JavaProgram(
            ForeignClassPath.of(
                "Spark",
                Stream.concat(
                        Stream.of("org.apache.spark:spark-sql_2.12:3.5.7"),
                        Stream.of(packages.group(1).split(",", -1)))
                    .toArray(String[]::new)),
            options,
            program.toString(),
            folder));
  }

  /** Runs statements one after another, and returns the rows of all of them in order. */
  List<ObjectNode> run(Path warehouse, String... statements) throws Exception {
    JavaProgram.Run run = program.run(arguments(warehouse, statements)).requireExit(0);
    ObjectMapper json = new ObjectMapper();
    List<ObjectNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(run.out())) {
      rows.add((ObjectNode) json.readTree(line));
    }
    return rows;
  }

  /** Runs a statement that fails, and returns the messages. */
  String failure(Path warehouse, String statement) throws Exception {
    return Files.readString(program.run(arguments(warehouse, statement)).requireExit(1).err());
  }

  private static String[] arguments(Path warehouse, String... statements) throws IOException {
    List<String> arguments = new ArrayList<>();
    for (MatchResult setting : SETTING.matcher(documented()).results().toList()) {
      arguments.add(setting.group(1).replace("/data/warehouse", warehouse.toString()));
    }
    assertThat(arguments).hasSize(5);
    arguments.addAll(List.of(statements));
    return arguments.toArray(new String[0]);
  }

  private static String documented() throws IOException {
    return Files.readString(Path.of("docs/iceberg.md"));
  }
}
