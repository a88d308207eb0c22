package io.sluice.local.doctor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeFeaturesOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.SupportedVersionRange;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The brokers: which there are, whether their version is known to lose the end of a transaction,
 * and whether their limits suit the services.
 *
 * @param admin a client of the cluster, which the caller closes
 */
public record BrokersCheck(Admin admin) implements Check {
  private static final String VERSION = "metadata.version";

  /** The level of the feature {@code metadata.version} that Kafka 4.2 has, the newest safe one. */
  private static final int NEWEST_SAFE = 29;

  private static final String SHORTEST_SESSION = "group.min.session.timeout.ms";

  /** The session timeout of the services. */
  private static final int SESSION_MS = 6_000;

  private static final String LONGEST_TRANSACTION = "transaction.max.timeout.ms";

  /** The transaction timeout of the streams-app. */
  private static final int TRANSACTION_MS = 10_000;

  /** Kafka's own topics that transactions and consumer groups need. */
  private static final List<String> INTERNAL = List.of("__transaction_state", "__consumer_offsets");

  private static final int CLUSTER = 3;

  @Override
  public String subject() {
    return "brokers";
  }

  @Override
  public List<Finding> run() throws Exception {
    Collection<Node> nodes = admin.describeCluster().nodes().get();
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.ok(
            "%d: %s"
                .formatted(
                    nodes.size(),
                    nodes.stream()
                        .map(node -> node.host() + ":" + node.port())
                        .sorted()
                        .collect(Collectors.joining(", ")))));
    for (Node node : nodes) {
      version(node.idString(), newestVersion(node)).ifPresent(findings::add);
      limits(node.idString(), config(node)).forEach(findings::add);
    }
    if (nodes.size() >= CLUSTER) {
      internalTopics(nodes.size()).forEach(findings::add);
    }
    return findings;
  }

  private int newestVersion(Node node) throws Exception {
    SupportedVersionRange range =
        admin
            .describeFeatures(new DescribeFeaturesOptions().nodeId(node.id()))
            .featureMetadata()
            .get()
            .supportedFeatures()
            .get(VERSION);
    return range == null ? 0 : range.maxVersion();
  }

  /** Clients do not learn the release of a broker, only the newest feature level that it knows. */
  static Optional<Finding> version(String broker, int newestVersion) {
    return newestVersion <= NEWEST_SAFE
        ? Optional.empty()
        : Optional.of(
            Finding.warning(
                "broker %s knows %s %d, so it is newer than Kafka 4.2; 4.3.0, 4.3.1 and 4.4.0 can lose the end of a transaction in a partition that has no leader at that moment, and readers then wait forever"
                    .formatted(broker, VERSION, newestVersion),
                "use brokers up to 4.2.x, or a release in which KAFKA-20734 is fixed"));
  }

  private Map<String, String> config(Node node) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
    Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
    return config.entries().stream()
        .filter(entry -> entry.value() != null)
        .collect(Collectors.toMap(entry -> entry.name(), entry -> entry.value()));
  }

  /** What the settings of a broker keep the services from doing. */
  static List<Finding> limits(String broker, Map<String, String> config) {
    long shortest = Long.parseLong(config.getOrDefault(SHORTEST_SESSION, "0"));
    long longest =
        Long.parseLong(config.getOrDefault(LONGEST_TRANSACTION, String.valueOf(Long.MAX_VALUE)));
    return Stream.of(
            shortest <= SESSION_MS
                ? Optional.<Finding>empty()
                : Optional.of(
                    Finding.fault(
                        "broker %s has %s=%d, longer than the session timeout of the services, %d ms, so that they cannot join their groups"
                            .formatted(broker, SHORTEST_SESSION, shortest, SESSION_MS),
                        "lower it, or give the services a longer session.timeout.ms")),
            longest >= TRANSACTION_MS
                ? Optional.<Finding>empty()
                : Optional.of(
                    Finding.fault(
                        "broker %s has %s=%d, shorter than the transactions of the streams-app, %d ms, so that it cannot begin any"
                            .formatted(broker, LONGEST_TRANSACTION, longest, TRANSACTION_MS),
                        "raise it, or give the streams-app a shorter producer.transaction.timeout.ms")))
        .flatMap(Optional::stream)
        .toList();
  }

  private List<Finding> internalTopics(int brokers) throws Exception {
    List<Finding> findings = new ArrayList<>();
    for (String topic : admin.listTopics(internal()).names().get()) {
      if (INTERNAL.contains(topic)) {
        TopicDescription description =
            admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        int replicas =
            description.partitions().stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
        if (replicas < 2) {
          findings.add(
              Finding.warning(
                  "%s has one replica on %d brokers: while its broker is away, transactions or groups stop"
                      .formatted(topic, brokers),
                  "add replicas with kafka-reassign-partitions.sh"));
        }
      }
    }
    return findings;
  }

  private static ListTopicsOptions internal() {
    return new ListTopicsOptions().listInternal(true);
  }
}
