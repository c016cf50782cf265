package io.ringhaul.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * New applications that use the artifacts of a release, built from an empty local repository. An
 * application built by Gradle is not here: {@code ConsumerIT} resolves its class path as Gradle
 * does.
 */
@ClusterTest
class ApplicationStranger {

  private static final Pattern SPRING_BOOT =
      Pattern.compile("<spring-boot.version>([^<]+)</spring-boot.version>");
  private static final Pattern ARTIFACT =
      Pattern.compile("ringhaul-[0-9.]+(?:-[0-9.]+-\\d+)?(-sources|-javadoc|-spark)?\\.(jar|pom)");

  @TempDir private Path folder;

  @BeforeEach
  void createTables() throws IOException {
    ReadmeIT.createSampleTables();
    TestCluster.session().execute("TRUNCATE store.orders_restored");
  }

  /** The archives for users without Maven do not belong into a Maven repository. */
  @Test
  void dryRunPublishesJarsSourcesJavadocAndPom() throws IOException {
    try (Stream<Path> files = Files.walk(StrangerScript.REPOSITORY)) {
      List<String> artifacts =
          files
              .filter(Files::isRegularFile)
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.startsWith("maven-metadata.xml"))
              .filter(name -> !name.matches(".*\\.(md5|sha1)"))
              .toList();
      assertThat(artifacts).allMatch(name -> ARTIFACT.matcher(name).matches());
      assertThat(
              artifacts.stream()
                  .map(name -> ARTIFACT.matcher(name).replaceFirst("ringhaul$1.$2"))
                  .distinct())
          .containsExactlyInAnyOrder(
              "ringhaul.jar",
              "ringhaul-spark.jar",
              "ringhaul-sources.jar",
              "ringhaul-javadoc.jar",
              "ringhaul.pom");
    }
  }

  @Test
  void mavenApplicationRunsClassOfReadme() throws Exception {
    String printed =
        StrangerScript.run(
            "maven.sh",
            folder.resolve("printed"),
            Path.of("README.md"),
            StrangerScript.REPOSITORY,
            Files.createDirectory(folder.resolve("work")));

    long rows = ReadmeIT.rows("store.orders");
    assertThat(rows).isPositive();
    assertThat(printed)
        .contains(rows + " rows counted, " + rows + " exported to ", ", " + rows + " imported");
    assertThat(ReadmeIT.rows("store.orders_restored")).isEqualTo(rows);
  }

  @Test
  void springBootApplicationCounts() throws Exception {
    Matcher springBoot = SPRING_BOOT.matcher(Files.readString(Path.of("pom.xml")));
    assertThat(springBoot.find()).isTrue();

    String printed =
        StrangerScript.run(
            "spring.sh",
            folder.resolve("printed"),
            Path.of("docs/spring-boot.md"),
            StrangerScript.REPOSITORY,
            Files.createDirectory(folder.resolve("work")),
            springBoot.group(1),
            StrangerScript.node().getHostString(),
            StrangerScript.node().getPort(),
            TestCluster.get().localDatacenter());

    assertThat(printed)
        .contains("counted " + ReadmeIT.rows("store.orders"))
        .contains("org/apache/cassandra/java-driver-core/");
  }
}
