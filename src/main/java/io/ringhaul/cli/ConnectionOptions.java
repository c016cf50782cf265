package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import com.datastax.oss.driver.api.core.config.OptionsMap;
import com.datastax.oss.driver.api.core.config.TypedDriverOption;
import com.datastax.oss.driver.api.core.connection.ClosedConnectionException;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.request.Failures;
import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Connection and login. Serializable, for processes that open sessions as this one does. */
final class ConnectionOptions implements Serializable {

  private static final long serialVersionUID = 1;

  private static final int DEFAULT_PORT = 9042;
  private static final String PASSWORD_VARIABLE = "RINGHAUL_PASSWORD";

  private static final DefaultDriverOption POLICY = DefaultDriverOption.LOAD_BALANCING_POLICY_CLASS;
  private static final String DEFAULT_POLICY = "DefaultLoadBalancingPolicy";
  private static final String INFERRING_POLICY = "DcInferringLoadBalancingPolicy";

  /** The driver prefers system properties with this prefix to its configuration file. */
  private static final String DRIVER_PROPERTIES = "datastax-java-driver.";

  /** Before the name of each option, after its dashes. */
  private final String prefix;

  private final String passwordVariable;

  @Option(
      names = "--contact-point",
      paramLabel = "HOST[:PORT]",
      hideParamSyntax = true,
      split = ",",
      description =
          "A node to connect to; repeatable, or several with commas. Default: 127.0.0.1:9042.")
  @SuppressWarnings("serial") // The parser makes an ArrayList.
  private List<String> contactPoints = new ArrayList<>();

  @Option(
      names = "--local-dc",
      paramLabel = "NAME",
      description = "The local data centre. Default: the only data centre of the cluster.")
  private @Nullable String localDatacenter;

  @Option(
      names = "--driver-config",
      paramLabel = "FILE",
      description = "A configuration file of the driver: authentication, TLS, cloud bundles.")
  private @Nullable File driverConfig;

  @Option(
      names = {"-u", "--username"},
      paramLabel = "NAME",
      description =
          "The role for the login; the password comes from RINGHAUL_PASSWORD or a prompt.")
  private @Nullable String username;

  @Spec(Spec.Target.MIXEE)
  private transient @Nullable CommandSpec command;

  /** The contents of the driver's configuration file; null to read the file. */
  private @Nullable String driverConfigText;

  /** The password once it is known: it is asked for only once. */
  private @Nullable String password;

  /** Users of other tools try it; a value on the command line is visible to all users. */
  @Option(
      names = {"-p", "--password"},
      paramLabel = "PASSWORD",
      description =
          "Rejected, as other users of the machine can read it: set RINGHAUL_PASSWORD, or enter the"
              + " password at the prompt.")
  void rejectPassword(@Nullable String given) {
    if (given != null) {
      throw new ParameterException(
          Objects.requireNonNull(command).commandLine(),
          "A password on the command line is visible to other users of this machine: set "
              + PASSWORD_VARIABLE
              + ", or give only --username and enter the password at the prompt");
    }
  }

  @SuppressWarnings("unused") // Called by picocli for a mixin.
  ConnectionOptions() {
    this.prefix = "";
    this.passwordVariable = PASSWORD_VARIABLE;
  }

  /** The connection to the cluster of a source table, whose options begin with {@code --from-}. */
  ConnectionOptions(
      List<String> contactPoints,
      @Nullable String localDatacenter,
      @Nullable File driverConfig,
      @Nullable String username) {
    this.prefix = "from-";
    this.passwordVariable = "RINGHAUL_FROM_PASSWORD";
    this.contactPoints = contactPoints;
    this.localDatacenter = localDatacenter;
    this.driverConfig = driverConfig;
    this.username = username;
  }

  /**
   * Connects to the cluster. The session reads the schema of the given keyspace only, because
   * reading all schemas can dominate the start time on clusters with many tables or nodes. It reads
   * all schemas if the keyspace does not exist or a driver configuration file is given.
   *
   * @param keyspace in CQL form
   * @throws BulkOperationException if no node answers
   * @throws InvalidSettingException if the data centre does not exist or must be chosen
   */
  CqlSession open(String keyspace) {
    try {
      return opened(keyspace);
    } catch (InvalidSettingException e) {
      throw prefix.isEmpty()
          ? e
          : new InvalidSettingException(named(e.setting()), named(e.getMessage()));
    } catch (BulkOperationException e) {
      throw prefix.isEmpty()
          ? e
          : new BulkOperationException(
              "The cluster to read: " + named(e.getMessage()), e.getCause());
    }
  }

  /**
   * Reads the file of the driver's configuration and the password, so that another process needs
   * neither.
   *
   * @throws InvalidSettingException if the file cannot be read
   */
  ConnectionOptions complete() {
    if (driverConfig != null) {
      try {
        driverConfigText = Files.readString(driverConfig.toPath());
      } catch (IOException e) {
        throw new InvalidSettingException(
            "--driver-config",
            "The driver configuration file " + driverConfig + " cannot be read: " + e.getMessage());
      }
    }
    if (username != null) {
      password(username);
    }
    return this;
  }

  /** A text with the names of these options. */
  private String named(@Nullable String text) {
    return String.valueOf(text)
        .replaceAll("--(?=(contact-point|local-dc|driver-config|username)\\b)", "--" + prefix)
        .replace(PASSWORD_VARIABLE, passwordVariable);
  }

  private CqlSession opened(String keyspace) {
    List<InetSocketAddress> addresses = addresses();
    CqlSessionBuilder builder = CqlSession.builder();
    boolean datacenterKnown = localDatacenter != null;
    if (driverConfig != null) {
      DriverConfigLoader loader = loader(driverConfig);
      datacenterKnown |= choosesNodes(loader.getInitialConfig().getDefaultProfile());
      builder.withConfigLoader(datacenterKnown ? loader : inferring(loader));
    }
    if (localDatacenter != null) {
      builder.withLocalDatacenter(localDatacenter);
    } else if (driverConfig == null) {
      setDriverDefault(POLICY.getPath(), INFERRING_POLICY);
    }
    if (driverConfig == null) {
      // After the settings above: the loader reads them immediately.
      builder.withConfigLoader(only(keyspace));
    }
    if (username != null) {
      builder.withAuthCredentials(username, password(username));
    }
    builder.addContactPoints(addresses);
    CqlSession session = checked(connect(builder, addresses), datacenterKnown);
    if (driverConfig != null || session.getMetadata().getKeyspace(keyspace).isPresent()) {
      return session;
    }
    // The message about a missing keyspace names the existing keyspaces.
    session.close();
    return checked(connect(builder.withConfigLoader(null), addresses), datacenterKnown);
  }

  /**
   * Sets a value of the driver's configuration for this process, unless the user has set it as a
   * system property.
   */
  static void setDriverDefault(String path, String value) {
    if (System.getProperty(DRIVER_PROPERTIES + path) == null) {
      System.setProperty(DRIVER_PROPERTIES + path, value);
    }
  }

  /** The driver's default configuration, limited to the schema of one keyspace. */
  private static DriverConfigLoader only(String keyspace) {
    return DriverConfigLoader.programmaticBuilder()
        .withStringList(
            DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES,
            List.of(CqlIdentifier.fromCql(keyspace).asInternal()))
        .build();
  }

  /** Whether a configuration sets the local data centre or a load balancing policy of its own. */
  private static boolean choosesNodes(DriverExecutionProfile profile) {
    return profile.isDefined(DefaultDriverOption.LOAD_BALANCING_LOCAL_DATACENTER)
        || profile.isDefined(DefaultDriverOption.CLOUD_SECURE_CONNECT_BUNDLE)
        || !DEFAULT_POLICY.equals(profile.getString(POLICY, DEFAULT_POLICY));
  }

  /** Adds a policy that infers the local data centre from the contact points. */
  private static DriverConfigLoader inferring(DriverConfigLoader configuration) {
    OptionsMap policy = new OptionsMap();
    policy.put(TypedDriverOption.LOAD_BALANCING_POLICY_CLASS, INFERRING_POLICY);
    return DriverConfigLoader.compose(DriverConfigLoader.fromMap(policy), configuration);
  }

  private DriverConfigLoader loader(File file) {
    if (driverConfigText == null && !file.isFile()) {
      throw new InvalidSettingException(
          "--driver-config", "There is no driver configuration file " + file);
    }
    try {
      return driverConfigText == null
          ? DriverConfigLoader.fromFile(file)
          : DriverConfigLoader.fromString(driverConfigText);
    } catch (RuntimeException e) {
      // Usually a syntax error; its message contains the position.
      throw new InvalidSettingException(
          "--driver-config",
          "The driver configuration file " + file + " cannot be used: " + e.getMessage());
    }
  }

  private List<InetSocketAddress> addresses() {
    if (contactPoints.isEmpty()) {
      // A driver configuration has its own contact points or cloud bundle.
      return driverConfig == null
          ? List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_PORT))
          : List.of();
    }
    return contactPoints.stream().map(ConnectionOptions::address).collect(Collectors.toList());
  }

  /** {@code host}, {@code host:port}, {@code [v6]:port} or a bare IPv6 address. */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    boolean hasPort = colon >= 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
    String host = hasPort ? text.substring(0, colon) : text;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port;
    try {
      port = hasPort ? Integer.parseInt(text.substring(colon + 1)) : DEFAULT_PORT;
    } catch (NumberFormatException e) {
      port = -1;
    }
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new InvalidSettingException(
          "--contact-point", "'" + text + "' is not HOST or HOST:PORT");
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new BulkOperationException("The host " + host + " is unknown: check --contact-point");
    }
    return address;
  }

  private static CqlSession connect(CqlSessionBuilder builder, List<InetSocketAddress> addresses) {
    try {
      return builder.build();
    } catch (AllNodesFailedException e) {
      throw new BulkOperationException(
          String.format(
              "No node could be reached at %s: %s",
              addresses.isEmpty()
                  ? "the contact points of the driver configuration"
                  : addresses.stream()
                      .map(ConnectionOptions::text)
                      .collect(Collectors.joining(", ")),
              reasons(e)),
          e);
    } catch (RuntimeException e) {
      throw new BulkOperationException("The session could not be opened: " + e.getMessage(), e);
    }
  }

  /** What happened at each node, then what to do about each kind of failure. */
  private static String reasons(AllNodesFailedException failure) {
    Set<String> happened = new LinkedHashSet<>();
    Set<String> remedies = new LinkedHashSet<>();
    failure
        .getAllErrors()
        .forEach(
            (node, errors) -> {
              String name =
                  node.getEndPoint().resolve() instanceof InetSocketAddress address
                      ? text(address)
                      : node.getEndPoint().toString();
              for (Throwable error : errors) {
                Refusal refusal = Refusal.of(error);
                happened.add(refusal.sentence(name, error));
                remedies.add(refusal.remedy);
              }
            });
    return String.join("; ", happened) + ". " + String.join(". ", remedies);
  }

  private static String text(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  /** Why a node could not be used. */
  private enum Refusal {
    LOGIN(
        "Authentication failed at %s",
        "Check --username and "
            + PASSWORD_VARIABLE
            + ", or the login in the file of --driver-config"),
    TLS("The TLS connection to %s failed", "Check the TLS settings in the file of --driver-config"),
    NO_ANSWER(
        "%s did not answer in time", "Check --contact-point, the network and that the node is up"),
    REFUSED("Connection refused by %s", "Check --contact-point and that the node is up"),
    CLOSED(
        "%s closed the connection",
        "Check the port in --contact-point; if the node expects TLS, configure it in a file for"
            + " --driver-config"),
    OTHER("%s failed", "Check --contact-point and that the node is up");

    private final String happened;
    private final String remedy;

    Refusal(String happened, String remedy) {
      this.happened = happened;
      this.remedy = remedy;
    }

    /** The driver reports many failures as a closed channel and keeps the reason beside it. */
    static Refusal of(Throwable failure) {
      if (has(failure, AuthenticationException.class)) {
        return LOGIN;
      }
      if (has(failure, SSLException.class)) {
        return TLS;
      }
      if (has(failure, DriverTimeoutException.class)
          || has(failure, SocketTimeoutException.class)
          || isConnectFailure(failure, "timed out")) {
        return NO_ANSWER;
      }
      if (isConnectFailure(failure, "refused")) {
        return REFUSED;
      }
      return has(failure, ClosedConnectionException.class) ? CLOSED : OTHER;
    }

    /** The failure, with the message of the server or network where it tells more. */
    String sentence(String node, Throwable failure) {
      String sentence = String.format(happened, node);
      return switch (this) {
        case LOGIN, TLS -> sentence + " (" + message(failure) + ")";
        case OTHER -> sentence + " (" + networkError(failure) + ")";
        case NO_ANSWER, REFUSED, CLOSED -> sentence;
      };
    }

    private String message(Throwable failure) {
      Class<?> type = this == LOGIN ? AuthenticationException.class : SSLException.class;
      return all(failure)
          .filter(type::isInstance)
          .findFirst()
          .map(Throwable::getMessage)
          // Netty adds the bytes of an answer that is not TLS.
          .map(text -> text.replaceFirst(": [0-9a-f]{16,}$", ""))
          .orElseGet(() -> Failures.describe(failure));
    }

    private static String networkError(Throwable failure) {
      return all(failure)
          .filter(each -> each instanceof IOException && !(each instanceof ClosedChannelException))
          .reduce((first, cause) -> cause)
          .map(Throwable::getMessage)
          .orElseGet(() -> Failures.describe(failure));
    }

    /** The system and Netty tell a time-out from a refusal by the message only. */
    private static boolean isConnectFailure(Throwable failure, String words) {
      return all(failure)
          .filter(ConnectException.class::isInstance)
          .anyMatch(each -> String.valueOf(each.getMessage()).contains(words));
    }

    private static boolean has(Throwable failure, Class<?> type) {
      return all(failure).anyMatch(type::isInstance);
    }

    private static Stream<Throwable> all(Throwable failure) {
      return Stream.concat(Stream.of(failure.getSuppressed()), Stream.of(failure))
          .flatMap(each -> Stream.iterate(each, Objects::nonNull, Throwable::getCause));
    }
  }

  private CqlSession checked(CqlSession session, boolean datacenterKnown) {
    Set<String> datacenters =
        session.getMetadata().getNodes().values().stream()
            .map(node -> String.valueOf(node.getDatacenter()))
            .collect(Collectors.toCollection(TreeSet::new));
    String problem = null;
    if (localDatacenter != null && !datacenters.contains(localDatacenter)) {
      problem = "The cluster has no data centre " + localDatacenter + "; it has ";
    } else if (!datacenterKnown && datacenters.size() > 1) {
      problem = "The cluster has several data centres; choose one with --local-dc: ";
    }
    if (problem != null) {
      session.close();
      throw new InvalidSettingException("--local-dc", problem + String.join(", ", datacenters));
    }
    return session;
  }

  private String password(String user) {
    if (password == null) {
      String fromEnvironment = System.getenv(passwordVariable);
      password = fromEnvironment == null ? asked(user) : fromEnvironment;
    }
    return password;
  }

  // Newer Java versions return a console without a terminal; reading from it returns null.
  @SuppressWarnings("SystemConsoleNull")
  private static String asked(String user) {
    Console console = System.console();
    char[] typed = console == null ? null : console.readPassword("Password of %s: ", user);
    if (typed == null) {
      throw new InvalidSettingException(
          "--username", "No terminal is available to enter the password: set " + PASSWORD_VARIABLE);
    }
    return new String(typed);
  }
}
