package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cli.jobs.StoredCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Tests that a stored command has the same meaning later and in another folder. */
class StoredCommandTest {

  @TempDir private Path folder;

  @Test
  void storesExportAsGiven() {
    assertThat(
            stored(
                "export",
                "--format",
                "CSV",
                "--path=out",
                "--contact-point=a,b:9043",
                "--contact-point",
                "c",
                "--username=me",
                "--driver-config",
                "driver.conf",
                "--header",
                "--with-writetime",
                "--with-ttl=a,b",
                "--where",
                "name = 'x y' AND b > 1",
                "--allow-filtering",
                "--token-range=-5..7",
                "--columns=id, name",
                "--rejects=r.jsonl",
                "\"Ks\".\"T\""))
        .containsExactlyInAnyOrder(
            "export",
            "--format=CSV",
            "--path=" + here("out"),
            "--contact-point=a,b:9043",
            "--contact-point=c",
            "--username=me",
            "--driver-config=" + here("driver.conf"),
            "--header=true",
            "--with-writetime=*",
            "--with-ttl=a,b",
            "--where=name = 'x y' AND b > 1",
            "--allow-filtering",
            "--token-range=-5..7",
            "--columns=id, name",
            "--rejects=" + here("r.jsonl"),
            "\"Ks\".\"T\"")
        .startsWith("export")
        .endsWith("\"Ks\".\"T\"");
  }

  @Test
  void omitsOptionsOfOneRun() {
    assertThat(
            stored(
                "import",
                "ks.t",
                "--format=json",
                "--path=/in/*.json",
                "--job-id=01234567-89ab-cdef-0123-456789abcdef",
                "--resume",
                "--job-store=jobs.db",
                "--job=nightly",
                "--job-label=a=b",
                "--json"))
        .containsExactly("import", "--format=json", "--path=/in/*.json", "ks.t");
  }

  @Test
  void storesValuesOfConfigurationFile() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("my.toml"),
            """
            format = "iceberg"
            path = "lake"
            json = true
            tasks = 50
            allow-filtering = true
            overwrite-partitions = false
            partition-by = "month(day),bucket(4, id)"
            job-store = "x.db"
            """);
    assertThat(stored("export", "ks.t", "--config", file.toString(), "--tasks=7"))
        .containsExactlyInAnyOrder(
            "export",
            "--format=iceberg",
            "--path=" + folder.resolve("lake"),
            "--tasks=7",
            "--allow-filtering",
            "--partition-by=month(day),bucket(4, id)",
            "ks.t");
  }

  @Test
  void commandAfterAnExportKeepsItsConfigurationFile() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("my.toml"), "consistency = \"ONE\"\n[profile.night]\ntasks = 9\n");
    OperationCommand<?, ?> export =
        (OperationCommand<?, ?>)
            parsed(
                    "export",
                    "ks.t",
                    "--config=" + file,
                    "--profile=night",
                    "--format=csv",
                    "--path=/out",
                    "--header")
                .userObject();
    assertThat(export.nextCommand().orElseThrow().split(" ", -1))
        .containsExactlyInAnyOrder(
            "ringhaul",
            "verify",
            "ks.t",
            "--config=" + file,
            "--profile=night",
            "--consistency=ONE",
            "--format=csv",
            "--path=/out",
            "--header=true");
  }

  @Test
  void storedCommandIsStable() {
    List<String> first =
        stored(
            "export",
            "ks.t",
            "--format=iceberg",
            "--path=lake",
            "--partition-by=month(day),bucket(4, id)",
            "--partition-by=name",
            "--with-ttl",
            "--table-property=a=b",
            "--table-property=c=d=e",
            "--decimal=x=9,2");
    assertThat(stored(first.toArray(String[]::new))).isEqualTo(first);
  }

  @Test
  void laterOptionsReplaceStoredOptions() {
    List<String> command =
        List.of("export", "--contact-point=a", "--contact-point=b", "--json", "--tasks=5", "ks.t");
    assertThat(
            StoredCommand.with(command, List.of("--contact-point", "c", "--tasks=9", "--where=x")))
        .containsExactly(
            "export", "--json", "ks.t", "--contact-point", "c", "--tasks=9", "--where=x");
    assertThat(StoredCommand.with(command, List.of())).isEqualTo(command);
  }

  private static List<String> stored(String... arguments) {
    return StoredCommand.of(parsed(arguments));
  }

  private static CommandSpec parsed(String... arguments) {
    CommandLine commandLine = Main.commandLine(arguments);
    OptionDefaults.apply(commandLine, Map.of("RINGHAUL_CONFIG", "none"), arguments);
    return commandLine.parseArgs(arguments).subcommand().commandSpec();
  }

  private static String here(String name) {
    return Path.of(name).toAbsolutePath().toString();
  }
}
