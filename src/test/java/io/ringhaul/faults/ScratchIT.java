package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;
import io.ringhaul.cluster.TestCluster;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchIT {
  @TempDir Path folder;
  @Test void works() throws Exception {
    String ks = TestCluster.newKeyspace(3);
    FaultTable table = new FaultTable(TestCluster.session(), ks, 20_000);
    TestCluster.define(table.definition("source"));
    long t = System.nanoTime();
    table.insert("source");
    System.err.println("insert " + (System.nanoTime() - t) / 1_000_000);
    ChildJvm jvm = new ChildJvm(Files.createDirectory(folder.resolve("jvm")));
    for (int i = 0; i < 2; i++)
    for (Shape shape : Shape.values()) {
      Path place = Files.createDirectory(folder.resolve(shape.name() + i));
      List<String> args = new ArrayList<>(List.of("export", ks + ".source", "--json", "--contact-point", "127.0.0.1:9042", "--splits", "24", "--parallelism", "2"));
      args.addAll(shape.options(place));
      t = System.nanoTime();
      try (Child child = Child.start(jvm, jvm.archiving(), args)) {
        Child.Ended e = child.await().requireExit(0);
        System.err.println(e.out() + e.err());
      }
      System.err.println(shape + " " + (System.nanoTime() - t) / 1_000_000);
      t = System.nanoTime();
      UUID job = null;
      if (shape != Shape.ICEBERG) ExportedRows.assertExact(shape, place, UUID.randomUUID(), table);
      System.err.println("check " + (System.nanoTime() - t) / 1_000_000);
    }
    for (KillPoint p : KillPoint.values()) {
      Shape shape = p.name().contains("ICEBERG") ? Shape.ICEBERG : Shape.CSV;
      Path place = Files.createDirectory(folder.resolve(p.name()));
      List<String> args = new ArrayList<>(List.of("export", ks + ".source", "--json", "--contact-point", "127.0.0.1:9042", "--splits", "24", "--parallelism", "2"));
      args.addAll(shape.options(place));
      t = System.nanoTime();
      try (Debugger d = new Debugger(); Child child = Child.start(jvm, List.of(d.jvmOption()), args)) {
        boolean hit = d.runTo(p, p.name().contains("COMMIT") ? 1 : 5, Duration.ofSeconds(60));
        System.err.println(p + " " + hit + " " + (System.nanoTime() - t) / 1_000_000 + " " + child.kill());
      }
    }
  }
}
