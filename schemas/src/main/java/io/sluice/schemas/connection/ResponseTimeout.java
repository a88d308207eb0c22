package io.sluice.schemas.connection;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How long clients wait for responses, and the timeouts of Kafka's and the registry's clients that
 * follow from it. The default of one minute gives exactly the defaults of these clients.
 *
 * @param duration how long a call of a client waits, retries included
 */
public record ResponseTimeout(Duration duration) {
  private static final String CONNECT = "http.connect.timeout.ms";
  private static final String READ = "http.read.timeout.ms";

  static ResponseTimeout ofMillis(int millis) {
    return new ResponseTimeout(Duration.ofMillis(millis));
  }

  /** A quarter of this timeout: for requests whose callers wait for a response themselves. */
  public ResponseTimeout quarter() {
    return new ResponseTimeout(duration.dividedBy(4));
  }

  /**
   * New settings of consumers, producers and admin clients. One request may take half of the time,
   * so that a call can be retried once; a record may be on its way to the brokers for twice the
   * time.
   */
  Map<String, Object> kafkaClients() {
    int millis = Math.toIntExact(duration.toMillis());
    Map<String, Object> settings = new HashMap<>();
    settings.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, millis / 2);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis * 2);
    return settings;
  }

  /**
   * Adds the timeouts of the registry's client to its settings, unless they contain timeouts of
   * their own. That client accepts each of its keys with and without a prefix.
   */
  Map<String, Object> addTo(Map<String, Object> registryClient) {
    Map<String, Object> all = new HashMap<>(registryClient);
    for (String key : List.of(CONNECT, READ)) {
      if (!all.containsKey("schema.registry." + key)) {
        all.putIfAbsent(key, Math.toIntExact(duration.toMillis()));
      }
    }
    return all;
  }
}
