package io.sluice.local.cluster;

import io.sluice.local.process.RestartableProcess;
import io.sluice.local.security.Permission;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import kafka.Kafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka cluster as in production, on this machine: three brokers, each a process that can be
 * killed, with replicated topics, TLS, users with passwords and access control lists; and a schema
 * registry that asks for user and password over TLS.
 *
 * <p>Whoever has no access control entry may do nothing; only {@link #ADMIN} may do everything. All
 * processes end with this JVM.
 */
final class SecuredCluster implements AutoCloseable {
  /** The user that may do everything. */
  static final String ADMIN = "admin";

  private static final int BROKERS = 3;
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final Duration IN_SYNC_WITHIN = Duration.ofMinutes(10);
  private static final int SCRAM_ITERATIONS = 4096;

  private final Path folder;
  private final Certificates certificates;
  private final List<BrokerSettings> settings = BrokerSettings.ofCluster(BROKERS);
  private final Map<String, String> passwords = new ConcurrentHashMap<>();
  private final List<RestartableProcess> brokers = new ArrayList<>();
  private final GuardedRegistry registry;
  private final boolean canCutOff = Firewall.isPossible();

  private SecuredCluster(Path folder) throws Exception {
    this.folder = folder;
    this.certificates = Certificates.make(folder, newPassword());
    passwords.put(ADMIN, newPassword());
    this.registry = GuardedRegistry.start(folder.resolve("registry"), certificates, passwords);
  }

  /**
   * Starts brokers and registry, and returns when all serve.
   *
   * @param folder an empty folder for data, certificates and logs
   */
  static SecuredCluster start(Path folder) throws Exception {
    SecuredCluster cluster = new SecuredCluster(folder);
    try {
      cluster.start();
      return cluster;
    } catch (Exception | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  private void start() throws Exception {
    String clusterId = Uuid.randomUuid().toString();
    for (BrokerSettings each : settings) {
      Path home = Files.createDirectories(folder.resolve("broker-" + each.id()));
      Path log = Files.createDirectories(home.resolve("log"));
      format(log, clusterId, each.id());
      Path file = home.resolve("server.properties");
      store(each.properties(settings, home, certificates, ADMIN), file);
      RestartableProcess broker =
          new RestartableProcess(
              "broker-" + each.id(),
              folder,
              List.of("-Xmx256m", "-Dlogback.configurationFile=cluster/logback-broker.xml"),
              Kafka.class,
              List.of(file.toString()));
      if (canCutOff) {
        broker = broker.startedBy(each.firewall().starter());
      }
      brokers.add(broker);
      broker.start();
    }
    awaitBrokers();
    registry.awaitReady();
  }

  private void format(Path log, String clusterId, int id) throws Exception {
    try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream())) {
      new Formatter()
          .setPrintStream(silent)
          .setNodeId(id)
          .setClusterId(clusterId)
          .setControllerListenerName("CONTROLLER")
          .setDirectories(List.of(log.toString()))
          .setMetadataLogDirectory(log.toString())
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .setScramArguments(
              List.of("SCRAM-SHA-512=[name=%s,password=%s]".formatted(ADMIN, passwords.get(ADMIN))))
          .run();
    }
  }

  /** Waits until all brokers serve; a broker that was killed is to be started before. */
  void awaitBrokers() throws InterruptedException {
    Instant deadline = Instant.now().plus(READY_WITHIN);
    while (true) {
      brokers.forEach(RestartableProcess::requireAlive);
      try (Admin admin = admin()) {
        if (admin.describeCluster().nodes().get().size() == BROKERS) {
          return;
        }
      } catch (ExecutionException e) {
        // A broker may not know the users yet.
        if (Instant.now().isAfter(deadline)) {
          throw new AssertionError("the brokers do not serve", e);
        }
      }
      Thread.sleep(200);
    }
  }

  /** Waits until all brokers serve and every replica of every partition is in sync. */
  void awaitInSync() throws InterruptedException {
    awaitBrokers();
    Instant deadline = Instant.now().plus(IN_SYNC_WITHIN);
    List<String> behind = List.of();
    do {
      brokers.forEach(RestartableProcess::requireAlive);
      try (Admin admin = admin()) {
        behind = outOfSync(admin);
        if (behind.isEmpty()) {
          return;
        }
      } catch (ExecutionException e) {
        behind = List.of(e.toString());
      }
      Thread.sleep(500);
    } while (Instant.now().isBefore(deadline));
    throw new AssertionError("not in sync within %s: %s".formatted(IN_SYNC_WITHIN, behind));
  }

  private static List<String> outOfSync(Admin admin)
      throws InterruptedException, ExecutionException {
    Set<String> names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
    return admin.describeTopics(names).allTopicNames().get().values().stream()
        .flatMap(
            topic ->
                topic.partitions().stream()
                    .filter(each -> each.isr().size() < each.replicas().size())
                    .map(each -> topic.name() + "-" + each.partition()))
        .toList();
  }

  /** The registry, which can be stopped and started again. */
  GuardedRegistry registry() {
    return registry;
  }

  /** The processes of the brokers. */
  List<RestartableProcess> brokers() {
    return List.copyOf(brokers);
  }

  /** Cuts a broker off from clients and other brokers, or suspends it where that is impossible. */
  void cutOff(int broker) throws IOException, InterruptedException {
    if (canCutOff) {
      settings.get(broker).firewall().close();
    } else {
      brokers.get(broker).freeze();
    }
  }

  /** Ends what {@link #cutOff} has begun. */
  void reconnect(int broker) throws IOException, InterruptedException {
    if (canCutOff) {
      settings.get(broker).firewall().open();
    } else {
      brokers.get(broker).thaw();
    }
  }

  /** Adds a user of Kafka and of the registry, who may do nothing in Kafka yet. */
  void addUser(String name) throws InterruptedException, ExecutionException {
    passwords.put(name, newPassword());
    try (Admin admin = admin()) {
      admin
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      name,
                      new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS),
                      passwords.get(name))))
          .all()
          .get();
    }
  }

  /** Permits a user something. */
  void grant(String user, Collection<Permission> permissions)
      throws InterruptedException, ExecutionException {
    try (Admin admin = admin()) {
      admin.createAcls(permissions.stream().map(each -> entry(user, each)).toList()).all().get();
    }
  }

  /** Takes a permission away; the brokers know of it a moment later. */
  void revoke(String user, Permission permission) throws InterruptedException, ExecutionException {
    try (Admin admin = admin()) {
      admin.deleteAcls(List.of(entry(user, permission).toFilter())).all().get();
    }
  }

  private static AclBinding entry(String user, Permission permission) {
    return new AclBinding(
        new ResourcePattern(permission.type(), permission.name(), permission.pattern()),
        new AccessControlEntry(
            "User:" + user, "*", permission.operation(), AclPermissionType.ALLOW));
  }

  /** What the brokers have decided about requests of everybody so far. */
  Set<Decision> decisions() throws IOException {
    Set<Decision> all = new LinkedHashSet<>();
    for (BrokerSettings each : settings) {
      all.addAll(Decision.read(folder.resolve("broker-" + each.id()).resolve("decisions")));
    }
    return all;
  }

  /** Everything that a client of Kafka and of the registry is configured with. */
  Map<String, String> connection(String user) {
    Map<String, String> all = new HashMap<>();
    all.put("bootstrap.servers", BrokerSettings.bootstrapServers(settings));
    all.put("security.protocol", "SASL_SSL");
    all.put("sasl.mechanism", "SCRAM-SHA-512");
    all.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, passwords.get(user)));
    all.put("schema.registry.url", registry.url());
    all.put("basic.auth.credentials.source", "USER_INFO");
    all.put("basic.auth.user.info", user + ":" + passwords.get(user));
    for (String prefix : List.of("", "schema.registry.")) {
      all.put(prefix + "ssl.truststore.location", certificates.trustStore().toString());
      all.put(prefix + "ssl.truststore.password", certificates.password());
      all.put(prefix + "ssl.truststore.type", "PKCS12");
    }
    return all;
  }

  /** The same as a properties file for {@code --config}. */
  Path connectionFile(String user) throws IOException {
    Path file = folder.resolve(user + ".properties");
    store(connection(user), file);
    return file;
  }

  /** The same for a client of Kafka alone. */
  Map<String, Object> kafkaConnection(String user) {
    Map<String, Object> all = new HashMap<>(connection(user));
    all.keySet().removeIf(key -> key.startsWith("schema.registry.") || key.startsWith("basic."));
    return all;
  }

  /** An admin client of the user who may do everything; the caller closes it. */
  Admin admin() {
    return Admin.create(kafkaConnection(ADMIN));
  }

  /** Ends all processes. */
  @Override
  public void close() {
    brokers.forEach(RestartableProcess::close);
    registry.close();
  }

  private static String newPassword() {
    return UUID.randomUUID().toString();
  }

  private static void store(Map<String, String> settings, Path file) throws IOException {
    Properties properties = new Properties();
    properties.putAll(settings);
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
  }
}
