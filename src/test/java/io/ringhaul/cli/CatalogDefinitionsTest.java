package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.InvalidSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Properties of catalogs from the configuration file, the environment and options. */
class CatalogDefinitionsTest {

  private static final String FILE =
      """
      [catalog.prod]
      type = "rest"
      uri = "http://file"
      warehouse = "file"
      scope = "file"
      credential = "@secret.txt"
      s3.path-style-access = true
      "s3.endpoint" = "http://s3"
      rest.client.socket-timeout-ms = 5000
      header.X-Iceberg-Access-Delegation = "vended-credentials"

      [catalog.lake]
      type = "jdbc"

      [export]
      catalog = "prod"
      format = "iceberg"

      [profile.test.catalog.prod]
      warehouse = "profile"
      scope = "profile"
      """;

  @TempDir private Path folder;
  private Path file = Path.of("unset");

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("config.toml"), FILE);
    Files.writeString(folder.resolve("secret.txt"), "me:geheim\n");
  }

  @Test
  void readsSectionOfFile() {
    assertThat(properties("prod", Map.of(), Map.of()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "type", "rest",
                "uri", "http://file",
                "warehouse", "file",
                "scope", "file",
                "credential", "me:geheim",
                "s3.path-style-access", "true",
                "s3.endpoint", "http://s3",
                "rest.client.socket-timeout-ms", "5000",
                "header.X-Iceberg-Access-Delegation", "vended-credentials"));
  }

  @Test
  void optionWinsOverEnvironmentProfileAndFile() {
    Map<String, String> properties =
        properties(
            "prod",
            Map.of(
                "RINGHAUL_PROFILE", "test",
                "RINGHAUL_CATALOG__PROD__WAREHOUSE", "environment",
                "RINGHAUL_CATALOG__PROD__S3__ENDPOINT", "http://environment",
                "RINGHAUL_CATALOG__PROD__S3__ACCESS_KEY_ID", "key",
                "RINGHAUL_CATALOG__PROD__HEADER__X_ICEBERG_ACCESS_DELEGATION", "remote-signing",
                "RINGHAUL_CATALOG__PROD__SCOPE", ""),
            Map.of("s3.endpoint", "http://option", "region", "x"));
    assertThat(properties)
        .containsEntry("uri", "http://file")
        .containsEntry("scope", "profile")
        .containsEntry("warehouse", "environment")
        .containsEntry("s3.endpoint", "http://option")
        .containsEntry("s3.access-key-id", "key")
        .containsEntry("header.X-Iceberg-Access-Delegation", "remote-signing")
        .containsEntry("region", "x")
        .hasSize(11);
  }

  @Test
  void readsCatalogsOfPyIceberg() throws IOException {
    Files.writeString(
        folder.resolve(".pyiceberg.yaml"),
        """
        catalog:
          prod:
            uri: http://replaced
          py:
            uri: http://python
            credential: "@secret.txt"
            s3.region: eu-central-1
            s3:
              path-style-access: true
            empty:
          tables:
            type: sql
            uri: sqlite:////tmp/x.db
        """);
    Map<String, String> environment =
        Map.of(
            "PYICEBERG_HOME", folder.toString(), "RINGHAUL_CATALOG__PY__WAREHOUSE", "environment");
    assertThat(properties("py", environment, Map.of()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "type", "rest",
                "uri", "http://python",
                "warehouse", "environment",
                "credential", "me:geheim",
                "client.region", "eu-central-1",
                "s3.path-style-access", "true"));
    assertThat(properties("tables", environment, Map.of())).containsEntry("type", "sql");
    assertThat(properties("prod", environment, Map.of())).containsEntry("uri", "http://file");
  }

  @Test
  void refusesFileOfPyIcebergThatIsNotYaml() throws IOException {
    Path broken = Files.writeString(folder.resolve(".pyiceberg.yaml"), "catalog:\n  - {x\n");
    assertThatThrownBy(
            () -> properties("prod", Map.of("PYICEBERG_HOME", folder.toString()), Map.of()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("The file " + broken + " is not valid YAML in line ");
  }

  @Test
  void environmentAloneDefinesCatalog() {
    assertThat(
            properties(
                "my_lake",
                Map.of(
                    "RINGHAUL_CATALOG__MY_LAKE__TYPE", "rest",
                    "RINGHAUL_CATALOG__MY_LAKE__OAUTH2_SERVER_URI", "http://login",
                    "RINGHAUL_CATALOG__MY_LAKE__TOKEN", "${env:TOKEN}",
                    "TOKEN", "$geheim\\1"),
                Map.of()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("type", "rest", "oauth2-server-uri", "http://login", "token", "$geheim\\1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          prd  | x                   | y  | The catalog prd is unknown; known are lake, prod. Define it in [catalog.prd] of the configuration file or in variables such as RINGHAUL_CATALOG__PRD__TYPE, or give its properties with --catalog-property
          prod | credential          | me:geheim | The value of --catalog-property credential would be visible to other users of this machine and stored with the job: give credential=@FILE or 'credential=${env:NAME}', or set RINGHAUL_CATALOG__PROD__CREDENTIAL or the property in the configuration file
          prod | s3.secret-access-key | geheim | The value of --catalog-property s3.secret-access-key would be visible to other users of this machine and stored with the job: give s3.secret-access-key=@FILE or 's3.secret-access-key=${env:NAME}', or set RINGHAUL_CATALOG__PROD__S3__SECRET_ACCESS_KEY or the property in the configuration file
          prod | credential          | me${env:NO_SUCH} | The value of --catalog-property credential would be visible to other users of this machine and stored with the job: give credential=@FILE or 'credential=${env:NAME}', or set RINGHAUL_CATALOG__PROD__CREDENTIAL or the property in the configuration file
          prod | uri                 | jdbc:postgresql://db/lake?password=x${env:NO_SUCH} | The password in the value of --catalog-property uri would be visible to other users of this machine and stored with the job: put ${env:NAME} in its place, give uri=@FILE, or set RINGHAUL_CATALOG__PROD__URI or the property in the configuration file
          prod | uri                 | http://${env:NO_SUCH}:geheim@db/lake | The password in the value of --catalog-property uri would be visible to other users of this machine and stored with the job: put ${env:NAME} in its place, give uri=@FILE, or set RINGHAUL_CATALOG__PROD__URI or the property in the configuration file
          prod | credential          | @/no/where | The file /no/where of the property credential of catalog prod cannot be read: it does not exist
          prod | credential          | ${env:NO_SUCH} | The environment variable NO_SUCH of the property credential of catalog prod is not set
          """)
  void rejectsOption(String catalog, String key, String value, String message) {
    assertThatThrownBy(() -> properties(catalog, Map.of(), Map.of(key, value)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message);
  }

  @Test
  void takesPasswordInUrlFromVariable() {
    assertThat(
            properties(
                "prod",
                Map.of("USER", "me", "PW", "geheim"),
                Map.of(
                    "uri", "jdbc:postgresql://db/lake?user=${env:USER}&password=${env:PW}",
                    "rest.proxy", "http://${env:USER}:${env:PW}@proxy")))
        .containsEntry("uri", "jdbc:postgresql://db/lake?user=me&password=geheim")
        .containsEntry("rest.proxy", "http://me:geheim@proxy");
  }

  @Test
  void acceptsSettingsAboutSecrets() {
    assertThat(
            properties(
                "prod",
                Map.of(),
                Map.of("token-refresh-enabled", "true", "client.credentials-provider", "a.B")))
        .containsEntry("token-refresh-enabled", "true")
        .containsEntry("client.credentials-provider", "a.B");
  }

  @Test
  void saysThatNoCatalogIsDefined() throws IOException {
    Files.writeString(file, "");
    assertThatThrownBy(() -> properties("prod", Map.of(), Map.of()))
        .hasMessageStartingWith("The catalog prod is unknown; no catalog is defined. Define it in");
    assertThat(properties("prod", Map.of(), Map.of("type", "rest"))).containsKey("type");
  }

  @ParameterizedTest
  @CsvSource({
    "RINGHAUL_CATALOG__PROD, PROD",
    "RINGHAUL_CATALOG____URI, URI",
    "RINGHAUL_CATALOG__PROD__, PROD"
  })
  void rejectsVariable(String variable) {
    assertThatThrownBy(() -> properties("prod", Map.of(variable, "x"), Map.of()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "The environment variable "
                + variable
                + " must be RINGHAUL_CATALOG__NAME__PROPERTY, such as RINGHAUL_CATALOG__PROD__URI");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          catalog.prod = 1                  | : 'catalog.prod' must be a section [catalog.prod] with the properties of a catalog
          catalog.prod.type = ["a"]         | , [catalog.prod]: 'type' must be one text, number or boolean, not an array
          """)
  void rejectsFile(String text, String message) throws IOException {
    Files.writeString(file, text);
    assertThatThrownBy(() -> properties("prod", Map.of(), Map.of()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("The configuration file " + file + message);
  }

  @Test
  void jobStoresNameFileAndReferences() {
    String[] arguments = {
      "export", "k.t", "--config=" + file, "--profile=test", "--catalog-property=credential=@a/b"
    };
    CommandLine commandLine = Main.commandLine(arguments);
    OptionDefaults.apply(commandLine, Map.of(), arguments);
    CommandSpec export = commandLine.parseArgs(arguments).subcommand().commandSpec();
    assertThat(StoredCommand.of(export))
        .containsExactlyInAnyOrder(
            "export",
            "--format=iceberg",
            "--catalog=prod",
            "--catalog-property=credential=@" + Path.of("a/b").toAbsolutePath(),
            "--config=" + file,
            "--profile=test",
            "k.t");
    // Without a catalog, a job needs no configuration file.
    assertThat(StoredCommand.of(parsed("count", "k.t", "--config=" + file)))
        .containsExactly("count", "k.t");
  }

  private static CommandSpec parsed(String... arguments) throws ParameterException {
    return Main.commandLine(arguments).parseArgs(arguments).subcommand().commandSpec();
  }

  private Map<String, String> properties(
      String catalog, Map<String, String> environment, Map<String, String> options) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("RINGHAUL_CONFIG", file.toString());
    CommandSpec export = parsed("export", "k.t", "--format=iceberg", "--catalog=" + catalog);
    return CatalogDefinitions.of(export, all).properties(catalog, options);
  }
}
