package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Properties of object stores on the command line and in the configuration file. */
class StorageOptionsTest {

  @TempDir private Path folder;

  @Test
  void jobStoresAbsolutePathsOfFiles() {
    assertThat(
            StoredCommand.of(
                parsed(
                    "--storage-property=s3.endpoint=http://a,s3.secret-access-key=@secrets/s3",
                    "--storage-property=s3.session-token=@/run/token",
                    "--storage-property=s3.access-key-id=${env:ID}")))
        .contains(
            "--storage-property=s3.endpoint=http://a,s3.secret-access-key=@"
                + Path.of("secrets/s3").toAbsolutePath(),
            "--storage-property=s3.session-token=@/run/token",
            "--storage-property=s3.access-key-id=${env:ID}");
  }

  @Test
  void relativeFileStartsAtCurrentFolder() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "geheim\n");
    Path relative = Path.of("").toAbsolutePath().relativize(secret.toAbsolutePath());
    assertThat(properties("s3.secret-access-key=@" + relative))
        .isEqualTo(Map.of("s3.secret-access-key", "geheim"));
  }

  @Test
  void relativeFileOfConfigurationStartsAtItsFolder() throws Exception {
    Files.writeString(folder.resolve("secret"), "geheim\n");
    Path config = folder.resolve("config.toml");
    Files.writeString(
        config,
        "[export]\nstorage-property = [\"s3.endpoint=http://a\","
            + " \"s3.secret-access-key=@secret\"]\n");
    CommandSpec export = parsed("--config=" + config);
    assertThat(StoredCommand.of(export))
        .contains(
            "--storage-property=s3.endpoint=http://a,s3.secret-access-key=@"
                + folder.resolve("secret"));
  }

  @Test
  void rejectsSecretsBesideReferences() {
    assertThatThrownBy(() -> properties("s3.secret-access-key=geheim${env:NO_SUCH}"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("The value of --storage-property s3.secret-access-key would be");
    assertThatThrownBy(() -> properties("s3.endpoint=http://me:geheim${env:NO_SUCH}@host"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "The password in the value of --storage-property s3.endpoint would be visible to other"
                + " users of this machine and stored with the job: put ${env:NAME} in its place,"
                + " give s3.endpoint=@FILE, or set the variables of the store, such as"
                + " AWS_SECRET_ACCESS_KEY");
  }

  private static Map<String, String> properties(String property) {
    StorageOptions options = new StorageOptions();
    new CommandLine(options).parseArgs("--storage-property=" + property);
    return options.properties();
  }

  private static CommandSpec parsed(String... options) {
    String[] arguments = new String[options.length + 4];
    System.arraycopy(options, 0, arguments, 4, options.length);
    arguments[0] = "export";
    arguments[1] = "k.t";
    arguments[2] = "--format=csv";
    arguments[3] = "--path=s3://b/f";
    CommandLine commandLine = Main.commandLine(arguments);
    OptionDefaults.apply(commandLine, Map.of(), arguments);
    return commandLine.parseArgs(arguments).subcommand().commandSpec();
  }
}
