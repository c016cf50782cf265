package io.ringhaul.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.format.Compression;
import io.ringhaul.internal.files.Manifest.Job;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the JSON form of manifests. */
class ManifestTest {

  private static final TokenRangeSet NEGATIVE =
      TokenRangeSet.of(new TokenRange(Long.MIN_VALUE, -1));
  private static final TokenRangeSet OTHERS = TokenRangeSet.of(new TokenRange(-1, Long.MIN_VALUE));

  @TempDir private Path folder;

  @Test
  void writesReadableJson() {
    assertThat(ManifestJson.text(manifest()))
        .isEqualTo(
            """
            {
              "formatVersion" : 1,
              "format" : "csv",
              "properties" : {
                "dialect" : "rfc4180",
                "header" : "a\\nb"
              },
              "compression" : "gzip",
              "rows" : 12,
              "bytes" : 345,
              "coverage" : [ {
                "startExclusive" : -9223372036854775808,
                "endInclusive" : -1
              } ],
              "schema" : {
                "keyspace" : "ks",
                "table" : "T 1",
                "primaryKey" : [ "id", "at" ],
                "columns" : [ {
                  "name" : "id",
                  "type" : "int",
                  "kind" : "partition_key"
                }, {
                  "name" : "at",
                  "type" : "timestamp",
                  "kind" : "clustering",
                  "order" : "desc"
                } ],
                "userTypes" : [ ]
              },
              "jobs" : [ {
                "id" : "00000000-0000-0001-0000-000000000002",
                "tool" : "ringhaul 1",
                "created" : "2026-01-02T03:04:05.678Z",
                "rows" : 12,
                "coverage" : [ {
                  "startExclusive" : -9223372036854775808,
                  "endInclusive" : -1
                } ],
                "restrictions" : {
                  "where" : "x > 1"
                }
              } ],
              "files" : [ {
                "name" : "part-00000-000-1.csv.gz",
                "rows" : 12,
                "bytes" : 345,
                "sha256" : "00ff"
              } ]
            }
            """);
  }

  @Test
  void parsesWhatItWrote() {
    Manifest manifest = manifest();
    assertThat(ManifestJson.parse(ManifestJson.text(manifest))).isEqualTo(manifest);
    Manifest whole =
        manifest.with(
            new Job(new UUID(3, 4), "t", Instant.EPOCH, 1, OTHERS, Map.of()),
            List.of(new PartFile("p", 1, Long.MAX_VALUE - 345, "ff", "\"tag\"")));
    assertThat(ManifestJson.parse(ManifestJson.text(whole))).isEqualTo(whole);
    assertThat(whole.coverage().isWholeRing()).isTrue();
    assertThat(whole.rows()).isEqualTo(13);
    assertThat(whole.bytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(whole.holds(new UUID(3, 4))).isTrue();
    assertThat(whole.holds(new UUID(3, 5))).isFalse();
  }

  @Test
  void rejectsInvalidManifests() {
    String text = ManifestJson.text(manifest());
    Map.of(
            "\"rows\" : 12", "\"rows\" : \"12\"",
            "\"bytes\" : 345", "\"bytes\" : 3.5",
            "\"formatVersion\" : 1", "\"formatVersion\" : \"1\"",
            "\"endInclusive\" : -1", "\"endInclusive\" : 9223372036854775808",
            "\"sha256\" : \"00ff\"", "\"sha256\" : 255")
        .forEach(
            (right, wrong) ->
                assertThatThrownBy(() -> ManifestJson.parse(text.replace(right, wrong)))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("\\w+ is \\S+, not an? (integer|text)"));
    assertThatThrownBy(
            () -> ManifestJson.parse(text.replace("\"bytes\" : 345", "\"bytes\" : -345")))
        .hasMessage("bytes is -345, which is less than 0");
    for (String name : List.of("", ".", "..", "../x.csv", "/x.csv", "a/x.csv", "a\\\\x.csv")) {
      assertThatThrownBy(() -> ManifestJson.parse(text.replace("part-00000-000-1.csv.gz", name)))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("which is not the name of a file in the same folder");
    }
    Manifest twice =
        manifest()
            .with(
                new Job(new UUID(3, 4), "t", Instant.EPOCH, 1, OTHERS, Map.of()),
                manifest().files());
    assertThatThrownBy(() -> ManifestJson.parse(ManifestJson.text(twice)))
        .hasMessage("it lists the file part-00000-000-1.csv.gz twice");
  }

  @Test
  void folderWithoutManifestHasNone() {
    assertThat(Manifest.find(folder)).isEmpty();
    assertThat(Manifest.find(folder.resolve("gone"))).isEmpty();
  }

  private static Manifest manifest() {
    List<ColumnDescription> columns =
        List.of(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("at", DataTypes.TIMESTAMP, Kind.CLUSTERING));
    return new Manifest(
        "csv",
        Map.of("header", "a\nb", "dialect", "rfc4180"),
        Compression.GZIP,
        TableSchema.of(new TableDescription("ks", "T 1", columns, Set.of("at")), columns),
        List.of(
            new Job(
                new UUID(1, 2),
                "ringhaul 1",
                Instant.parse("2026-01-02T03:04:05.678Z"),
                12,
                NEGATIVE,
                Map.of("where", "x > 1"))),
        List.of(new PartFile("part-00000-000-1.csv.gz", 12, 345, "00ff")));
  }
}
