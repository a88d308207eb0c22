package io.sluice.streams.topology;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Shares out what was set: to Kafka Streams, to the clients that work beside it, and to the serdes;
 * a key that nobody knows goes to all, since a plug-in of theirs may read it. Sluice's own keys go
 * to nobody else.
 *
 * @param all every setting by key
 * @param own Sluice's keys, some of which Kafka has too
 */
record KafkaSettings(Map<String, Object> all, Set<String> own) {
  /** Copies both. */
  KafkaSettings {
    all = Map.copyOf(all);
    own = Set.copyOf(own);
  }

  /** What Kafka Streams is given. */
  Map<String, Object> streams() {
    Map<String, Object> settings = new HashMap<>(all);
    settings.keySet().removeIf(key -> own.contains(key) && !isStreamsKey(key));
    return settings;
  }

  /** What an admin client is given. */
  Map<String, Object> admin() {
    Map<String, Object> settings = new HashMap<>(all);
    settings.keySet().retainAll(AdminClientConfig.configNames());
    return settings;
  }

  /** What consumers, producers and serdes beside Kafka Streams are given, as texts. */
  Map<String, String> clients() {
    Map<String, String> settings = new HashMap<>();
    all.forEach(
        (key, value) -> {
          if (isClientKey(key) || !own.contains(key) && !isStreamsKey(key)) {
            settings.put(key, value.toString());
          }
        });
    return settings;
  }

  /** Keys that neither Sluice nor Kafka Streams, its clients and the serdes know, sorted. */
  SortedSet<String> unknown() {
    SortedSet<String> unknown = new TreeSet<>(all.keySet());
    unknown.removeIf(key -> own.contains(key) || isStreamsKey(key) || isClientKey(key));
    unknown.removeIf(
        key ->
            key.matches("((main\\.|restore\\.|global\\.)?(consumer|producer|admin)|topic)\\..*")
                || key.matches("(schema\\.registry|basic\\.auth|bearer\\.auth)\\..*")
                || key.startsWith("config.providers."));
    return unknown;
  }

  private static boolean isStreamsKey(String key) {
    return StreamsConfig.configDef().names().contains(key);
  }

  private static boolean isClientKey(String key) {
    return ConsumerConfig.configNames().contains(key)
        || ProducerConfig.configNames().contains(key)
        || AdminClientConfig.configNames().contains(key);
  }
}
