package io.ringhaul;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.ringhaul.exceptions.BulkOperationException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Packages are rooms: a room uses the rooms below it, never those above or beside it. */
@AnalyzeClasses(packages = "io.ringhaul", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String ROOT = "io.ringhaul";

  private static final Set<String> BOTTOM = Set.of("exceptions", "metrics", "progress", "ring");
  private static final Set<String> BELOW_FORMATS =
      Set.of(
          "disk",
          "exceptions",
          "metrics",
          "progress",
          "ring",
          "request",
          "schema",
          "cql",
          "scan",
          "job",
          "format");

  /** The rooms that each room may use; the command line may use all of them. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("disk", Set.of("exceptions")),
          Map.entry("metrics", Set.of()),
          Map.entry("progress", Set.of()),
          Map.entry("exceptions", Set.of("progress")),
          Map.entry("ring", Set.of("exceptions")),
          Map.entry("request", BOTTOM),
          Map.entry("schema", BOTTOM),
          Map.entry("cql", Set.of("exceptions", "progress", "ring", "schema")),
          Map.entry("scan", with(BOTTOM, "request", "schema")),
          Map.entry(
              "job", Set.of("disk", "exceptions", "progress", "ring", "request", "schema", "scan")),
          Map.entry(
              "format",
              Set.of("exceptions", "progress", "ring", "request", "schema", "cql", "scan")),
          Map.entry("statement", with(with(BOTTOM, "request"), "cql")),
          Map.entry("batch", with(BELOW_FORMATS, "statement")),
          Map.entry("micrometer", with(BELOW_FORMATS, "batch", "monitor")),
          Map.entry("text", BELOW_FORMATS),
          Map.entry("files", BELOW_FORMATS),
          Map.entry("csv", with(with(BELOW_FORMATS, "text"), "files")),
          Map.entry("json", with(with(BELOW_FORMATS, "text"), "files")),
          Map.entry("parquet", with(BELOW_FORMATS, "files")),
          Map.entry("iceberg", with(BELOW_FORMATS, "parquet")),
          Map.entry("celltimes", BELOW_FORMATS),
          Map.entry("rejects", with(BELOW_FORMATS, "text")),
          Map.entry("preflight", BELOW_FORMATS),
          Map.entry("monitor", with(BELOW_FORMATS, "batch")),
          Map.entry("resource", with(BELOW_FORMATS, "monitor")),
          Map.entry("tuning", with(BELOW_FORMATS, "monitor")),
          Map.entry("console", with(BELOW_FORMATS, "monitor", "resource", "tuning")),
          Map.entry("write", with(with(BELOW_FORMATS, "batch"), "celltimes")),
          Map.entry(
              "",
              with(
                  BELOW_FORMATS,
                  "batch",
                  "celltimes",
                  "rejects",
                  "write",
                  "preflight",
                  "monitor",
                  "resource",
                  "tuning")));

  @ArchTest
  static void aRoomUsesTheRoomsBelowIt(JavaClasses classes) {
    MAY_USE.forEach(
        (room, rooms) ->
            noClasses()
                .that(areInRoom(Set.of(room)))
                .should()
                .dependOnClassesThat(areOutside(with(rooms, room)))
                .allowEmptyShould(true)
                .because((room.isEmpty() ? "the front door" : room) + " may use " + rooms)
                .check(classes));
  }

  @ArchTest
  static void everyPackageHasAFloor(JavaClasses classes) {
    Set<String> rooms = new TreeSet<>();
    classes.forEach(each -> rooms.add(room(each)));
    assertThat(with(MAY_USE.keySet(), "cli")).containsAll(rooms);
  }

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.ringhaul.(*)..").should().beFreeOfCycles();

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

  /** JSON escapes by itself, and progress needs the control characters of its bar. */
  @ArchTest
  static final ArchRule THE_COMMAND_LINE_PRINTS_ESCAPED_TEXT =
      noClasses()
          .that()
          .resideInAPackage("io.ringhaul.cli..")
          .and()
          .haveNameNotMatching(".*\\.(TerminalText|JsonResult|Progress.*|Main|DemoCommand)")
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

  /** An application that has no Micrometer misses nothing. */
  @ArchTest
  static final ArchRule MICROMETER_IN_ITS_ROOM =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ringhaul.micrometer..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");

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
                          "are public or in exceptions",
                          (JavaClass each) ->
                              each.getModifiers().contains(JavaModifier.PUBLIC)
                                  || each.getPackageName().equals(ROOT + ".exceptions"))))
          .should()
          .beAssignableTo(BulkOperationException.class);

  private static DescribedPredicate<JavaClass> areInRoom(Set<String> rooms) {
    return describe("in the rooms " + rooms, each -> isOurs(each) && rooms.contains(room(each)));
  }

  private static DescribedPredicate<JavaClass> areOutside(Set<String> rooms) {
    return describe(
        "in rooms other than " + rooms, each -> isOurs(each) && !rooms.contains(room(each)));
  }

  private static boolean isOurs(JavaClass each) {
    String name = each.getPackageName();
    return name.equals(ROOT) || name.startsWith(ROOT + ".");
  }

  /** The first part of the package's name below the root; empty for the root itself. */
  private static String room(JavaClass each) {
    String name = each.getPackageName().substring(ROOT.length());
    return name.isEmpty() ? "" : name.substring(1).replaceAll("\\..*", "");
  }

  private static Set<String> with(Set<String> rooms, String... others) {
    Set<String> all = new TreeSet<>(rooms);
    all.addAll(Set.of(others));
    return all;
  }
}
