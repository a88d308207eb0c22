package io.sluice.local.cluster;

import io.sluice.local.process.FreePort;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The settings of a broker of a secured cluster, which is a controller too. Clients come over TLS
 * with user and password (SCRAM); brokers and controllers show each other their certificate.
 *
 * @param id the broker's, 1 to the number of brokers
 * @param clientPort where clients connect
 * @param brokerPort where other brokers connect
 * @param controllerPort where its controller listens
 */
record BrokerSettings(int id, int clientPort, int brokerPort, int controllerPort) {
  private static final String HOST = "127.0.0.1:";

  /** Settings of several brokers, on free ports. */
  static List<BrokerSettings> ofCluster(int brokers) {
    return IntStream.rangeClosed(1, brokers)
        .mapToObj(id -> new BrokerSettings(id, FreePort.next(), FreePort.next(), FreePort.next()))
        .toList();
  }

  /** Where clients connect to any of the brokers. */
  static String bootstrapServers(List<BrokerSettings> cluster) {
    return cluster.stream().map(each -> HOST + each.clientPort).collect(Collectors.joining(","));
  }

  /**
   * Everything that the broker is configured with.
   *
   * @param cluster the settings of all brokers
   * @param folder of its log and of its authorizer's decisions
   * @param superUser who may do everything
   */
  Map<String, String> properties(
      List<BrokerSettings> cluster, Path folder, Certificates certificates, String superUser) {
    Map<String, String> all = new HashMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", Integer.toString(id));
    all.put(
        "controller.quorum.voters",
        cluster.stream()
            .map(each -> each.id + "@" + HOST + each.controllerPort)
            .collect(Collectors.joining(",")));
    String advertised =
        "CLIENTS://%s%d,BROKERS://%s%d".formatted(HOST, clientPort, HOST, brokerPort);
    all.put("listeners", advertised + ",CONTROLLER://" + HOST + controllerPort);
    all.put("advertised.listeners", advertised);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("inter.broker.listener.name", "BROKERS");
    all.put("listener.security.protocol.map", "CLIENTS:SASL_SSL,BROKERS:SSL,CONTROLLER:SSL");
    all.put("log.dirs", folder.resolve("log").toString());
    all.putAll(security(folder, certificates, superUser));
    all.putAll(replication());
    all.putAll(small());
    return all;
  }

  private static Map<String, String> security(
      Path folder, Certificates certificates, String superUser) {
    Map<String, String> all = new HashMap<>();
    all.put("ssl.keystore.location", certificates.keyStore().toString());
    all.put("ssl.keystore.password", certificates.password());
    all.put("ssl.keystore.type", "PKCS12");
    all.put("ssl.truststore.location", certificates.trustStore().toString());
    all.put("ssl.truststore.password", certificates.password());
    all.put("ssl.truststore.type", "PKCS12");
    all.put("listener.name.brokers.ssl.client.auth", "required");
    all.put("listener.name.controller.ssl.client.auth", "required");
    all.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    all.put(
        "listener.name.clients.scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    all.put("authorizer.class.name", RecordingAuthorizer.class.getName());
    all.put(RecordingAuthorizer.FILE, folder.resolve("decisions").toString());
    all.put("allow.everyone.if.no.acl.found", "false");
    all.put("super.users", "User:%s;User:%s".formatted(superUser, Certificates.SERVER));
    return all;
  }

  private static Map<String, String> replication() {
    Map<String, String> all = new HashMap<>();
    for (String topic : List.of("offsets.topic", "transaction.state.log")) {
      all.put(topic + ".replication.factor", "3");
      all.put(topic + ".num.partitions", "4");
    }
    all.put("transaction.state.log.min.isr", "2");
    all.put("share.coordinator.state.topic.replication.factor", "3");
    all.put("share.coordinator.state.topic.min.isr", "2");
    // Whoever creates a topic must say how it is replicated.
    all.put("default.replication.factor", "1");
    all.put("min.insync.replicas", "1");
    all.put("auto.create.topics.enable", "false");
    return all;
  }

  /** What suits three brokers on one small machine. */
  private static Map<String, String> small() {
    Map<String, String> all = new HashMap<>();
    all.put("group.initial.rebalance.delay.ms", "0");
    all.put("log.cleaner.dedupe.buffer.size", "4194304");
    all.put("num.network.threads", "2");
    all.put("num.io.threads", "4");
    all.put("broker.session.timeout.ms", "6000");
    all.put("broker.heartbeat.interval.ms", "500");
    // Groups whose sessions the brokers decide on have the same ones as classic groups.
    for (String group : List.of("group.consumer.", "group.streams.")) {
      all.put(group + "min.session.timeout.ms", "6000");
      all.put(group + "session.timeout.ms", "6000");
      all.put(group + "min.heartbeat.interval.ms", "2000");
      all.put(group + "heartbeat.interval.ms", "2000");
    }
    return all;
  }

  /** What can cut the broker off. */
  Firewall firewall() {
    // No group of the machine has such a number, and no other broker has this one.
    return new Firewall(1_000_000 + clientPort, List.of(clientPort, brokerPort, controllerPort));
  }
}
