package io.ringhaul;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.ringhaul.exceptions.BulkOperationException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The public packages hold the user API, {@code internal} holds the engine. In this test, a room is
 * an engine package with public types that other packages use. A room uses only the rooms below it.
 */
@AnalyzeClasses(packages = "io.ringhaul", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String ROOT = "io.ringhaul";

  private static final Set<String> BOTTOM = Set.of("metrics", "ring", "request");
  private static final Set<String> FILES =
      Set.of("disk", "storage", "files", "cql", "text", "metrics", "jackson");

  /** The rooms that each room may use. The command line may use all rooms. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("metrics", Set.of()),
          Map.entry("disk", Set.of()),
          Map.entry("jackson", Set.of()),
          Map.entry("ring", Set.of()),
          Map.entry("request", Set.of("metrics", "ring")),
          Map.entry("scan", BOTTOM),
          Map.entry("cql", with(BOTTOM, "jackson")),
          Map.entry("jobstore", Set.of("disk", "jackson")),
          Map.entry("storage", Set.of("disk")),
          Map.entry("files", Set.of("disk", "storage", "cql", "jackson", "metrics")),
          Map.entry("text", Set.of("cql")),
          Map.entry("csv", FILES),
          Map.entry("json", FILES),
          Map.entry("parquet", Set.of("disk", "storage", "files", "cql", "text", "metrics")),
          Map.entry(
              "iceberg",
              Set.of("disk", "storage", "files", "cql", "jackson", "parquet", "metrics")),
          Map.entry("batch", with(BOTTOM, "cql")),
          Map.entry("write", with(BOTTOM, "cql", "scan", "batch")),
          Map.entry("mapping", with(BOTTOM, "cql", "scan", "write")),
          Map.entry("rejects", Set.of("disk", "cql", "jackson", "text", "metrics")),
          Map.entry("preflight", with(BOTTOM, "scan")),
          Map.entry("telemetry", with(BOTTOM, "jobstore")),
          Map.entry("limits", with(BOTTOM, "telemetry")),
          Map.entry("tuning", with(BOTTOM, "telemetry")),
          Map.entry(
              "operation",
              with(
                  BOTTOM,
                  "batch",
                  "cql",
                  "disk",
                  "jackson",
                  "jobstore",
                  "limits",
                  "mapping",
                  "preflight",
                  "rejects",
                  "scan",
                  "telemetry",
                  "tuning",
                  "write")));

  /**
   * The rooms that the classes of a public package may use. Classes of the other public packages
   * hold only values.
   */
  private static final Map<String, Set<String>> OPENS =
      Map.ofEntries(
          Map.entry("", Set.of("operation")),
          Map.entry("batch", Set.of("batch")),
          Map.entry("csv", Set.of("csv")),
          Map.entry("json", Set.of("json")),
          Map.entry("parquet", Set.of("parquet")),
          Map.entry("iceberg", Set.of("iceberg")),
          Map.entry("job", Set.of("jobstore")),
          Map.entry("limits", Set.of("limits")),
          Map.entry("monitor", Set.of("telemetry")),
          Map.entry("schema", Set.of("ring", "cql")),
          Map.entry("console", Set.of("jobstore", "operation", "telemetry")),
          Map.entry("exceptions", Set.of()),
          Map.entry("format", Set.of()),
          Map.entry("micrometer", Set.of()),
          Map.entry("spark", Set.of("operation", "parquet")),
          Map.entry("spring", Set.of("jobstore")),
          Map.entry("table", Set.of("operation")));

  @ArchTest
  static void aRoomUsesTheRoomsBelowIt(JavaClasses classes) {
    MAY_USE.forEach(
        (room, rooms) ->
            noClasses()
                .that(resideInAPackage(ROOT + ".internal." + room + ".."))
                .should()
                .dependOnClassesThat(areInRoomsOtherThan(with(rooms, room)))
                .allowEmptyShould(true)
                .because(room + " may use " + rooms)
                .check(classes));
  }

  @ArchTest
  static void aPublicPackageUsesTheRoomsThatItOpens(JavaClasses classes) {
    OPENS.forEach(
        (name, opened) -> {
          Set<String> rooms = new TreeSet<>(opened);
          opened.forEach(room -> rooms.addAll(MAY_USE.get(room)));
          noClasses()
              .that(resideInAPackage(name.isEmpty() ? ROOT : ROOT + "." + name + ".."))
              .should()
              .dependOnClassesThat(areInRoomsOtherThan(rooms))
              .allowEmptyShould(true)
              .because((name.isEmpty() ? "the root package" : name) + " may use " + rooms)
              .check(classes);
        });
  }

  @ArchTest
  static void everyPackageHasAFloor(JavaClasses classes) {
    Set<String> rooms = new TreeSet<>();
    Set<String> packages = new TreeSet<>();
    classes.forEach(
        each -> room(each).ifPresentOrElse(rooms::add, () -> packages.add(publicPackage(each))));
    assertThat(MAY_USE.keySet()).containsAll(rooms);
    assertThat(with(OPENS.keySet(), "cli")).containsAll(packages);
  }

  /** The dependencies between rooms have no cycle. */
  @Test
  void roomsHaveNoCycles() {
    Set<String> placed = new TreeSet<>();
    boolean isChanged = true;
    while (isChanged) {
      isChanged = false;
      for (Map.Entry<String, Set<String>> each : MAY_USE.entrySet()) {
        isChanged |= placed.containsAll(each.getValue()) && placed.add(each.getKey());
      }
    }
    assertThat(placed).isEqualTo(MAY_USE.keySet());
  }

  /** The engine does not use the operator and the requests; only operations create results. */
  @ArchTest
  static final ArchRule ONLY_OPERATIONS_USE_THE_ROOT_PACKAGE =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".(**)")
          .and()
          .resideOutsideOfPackages(
              ROOT,
              ROOT + ".internal.operation..",
              ROOT + ".cli..",
              ROOT + ".micrometer..",
              ROOT + ".spark..",
              ROOT + ".spring..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT);

  /** The API that users compile against does not change with the engine. */
  @ArchTest
  static final ArchRule NO_SIGNATURE_NAMES_THE_ENGINE =
      classes()
          .that(
              describe(
                  "are public and outside of internal and of the command line",
                  each ->
                      isPublic(each)
                          && room(each).isEmpty()
                          && !each.getPackageName().startsWith(ROOT + ".cli")))
          .should(
              new ArchCondition<>("name no type of the engine in a signature") {
                @Override
                public void check(JavaClass item, ConditionEvents events) {
                  item.getMembers().stream()
                      .filter(
                          member ->
                              member.getModifiers().contains(JavaModifier.PUBLIC)
                                  || member.getModifiers().contains(JavaModifier.PROTECTED))
                      .flatMap(
                          member ->
                              member.getAllInvolvedRawTypes().stream()
                                  .filter(type -> room(type).isPresent())
                                  .map(type -> member.getFullName() + " names " + type.getName()))
                      .forEach(
                          sentence -> events.add(SimpleConditionEvent.violated(item, sentence)));
                }
              });

  @ArchTest
  static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ringhaul.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(Throwable.class, "printStackTrace");

  /** The JSON writer escapes text itself, and the progress bar needs control characters. */
  @ArchTest
  static final ArchRule THE_COMMAND_LINE_PRINTS_ESCAPED_TEXT =
      noClasses()
          .that()
          .resideInAPackage("io.ringhaul.cli..")
          .and()
          .haveNameNotMatching(
              ".*\\.(Terminal(Text|Screen)|JsonResult|Progress.*|Main|DemoCommand)")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  @ArchTest
  static final ArchRule ONLY_THE_COMMAND_LINE_CHANGES_THE_PROCESS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ringhaul.cli..")
          .should()
          .callMethod(Runtime.class, "addShutdownHook", Thread.class)
          .orShould()
          .callMethod(
              Thread.class,
              "setDefaultUncaughtExceptionHandler",
              Thread.UncaughtExceptionHandler.class)
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(System.class, "setProperty", String.class, String.class);

  @ArchTest
  static final ArchRule OF_THE_DRIVER_ONLY_ITS_API =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAPackage("com.datastax..")
                  .and(resideOutsideOfPackage("com.datastax.oss.driver.api..")));

  /** The library works without Micrometer on the class path. */
  @ArchTest
  static final ArchRule MICROMETER_IN_ITS_ROOM =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.ringhaul.micrometer..", "io.ringhaul.spring..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");

  /** The library works without Spring on the class path. */
  @ArchTest
  static final ArchRule SPRING_IN_ITS_ROOM =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ringhaul.spring..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.springframework..");

  /** The library works without Spark on the class path, and so do commands without --on. */
  @ArchTest
  static final ArchRule SPARK_IN_ITS_ROOM =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ringhaul.spark..")
          .and()
          .haveNameNotMatching("io\\.ringhaul\\.cli\\.SparkRun(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "scala..");

  @ArchTest
  static final ArchRule NOTHING_THAT_OTHERS_SHADED =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..shaded..", "..relocated..", "..thirdparty..");

  @ArchTest
  static final ArchRule ONE_ROOT_OF_FAILURES =
      classes()
          .that(
              assignableTo(Throwable.class)
                  .and(
                      describe(
                          "are public outside of internal, or in exceptions",
                          (JavaClass each) ->
                              (isPublic(each) && room(each).isEmpty())
                                  || each.getPackageName().equals(ROOT + ".exceptions"))))
          .should()
          .beAssignableTo(BulkOperationException.class);

  private static boolean isPublic(JavaClass each) {
    return each.getModifiers().contains(JavaModifier.PUBLIC)
        && each.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
  }

  private static DescribedPredicate<JavaClass> areInRoomsOtherThan(Set<String> rooms) {
    return describe(
        "in rooms other than " + rooms,
        each -> room(each).filter(room -> !rooms.contains(room)).isPresent());
  }

  /** Returns the room of a class; empty for classes of public packages and of other libraries. */
  private static Optional<String> room(JavaClass each) {
    String internal = ROOT + ".internal.";
    return each.getPackageName().startsWith(internal)
        ? Optional.of(each.getPackageName().substring(internal.length()).replaceAll("\\..*", ""))
        : Optional.empty();
  }

  /** Returns the first package name below the root; empty for the root package. */
  private static String publicPackage(JavaClass each) {
    String name = each.getPackageName().substring(ROOT.length());
    return name.isEmpty() ? "" : name.substring(1).replaceAll("\\..*", "");
  }

  private static Set<String> with(Set<String> rooms, String... others) {
    Set<String> all = new TreeSet<>(rooms);
    all.addAll(Set.of(others));
    return all;
  }
}
