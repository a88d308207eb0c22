package io.sluice.streams.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Who assigns the work to the instances of the streams-app, and decides that one of them is dead:
 * the value of {@code group.protocol}.
 */
public enum GroupProtocol {
  /** One of the instances assigns the work, and their settings say how. */
  CLASSIC(Set.of(), Set.of()),

  /** The brokers do (KIP-1071), and their settings of the group say how. */
  STREAMS(
      Set.of(
          StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG,
          StreamsConfig.MAX_WARMUP_REPLICAS_CONFIG,
          StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG,
          StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG,
          StreamsConfig.TASK_ASSIGNOR_CLASS_CONFIG,
          StreamsConfig.RACK_AWARE_ASSIGNMENT_STRATEGY_CONFIG,
          StreamsConfig.RACK_AWARE_ASSIGNMENT_TAGS_CONFIG,
          StreamsConfig.RACK_AWARE_ASSIGNMENT_TRAFFIC_COST_CONFIG,
          StreamsConfig.RACK_AWARE_ASSIGNMENT_NON_OVERLAP_COST_CONFIG),
      Set.of(
          ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
          ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG));

  /** How a setting of the consumers may be prefixed. */
  private static final List<String> PREFIXES =
      List.of("", StreamsConfig.CONSUMER_PREFIX, StreamsConfig.MAIN_CONSUMER_PREFIX);

  private final Set<String> withoutEffect;
  private final Set<String> ofConsumersWithoutEffect;

  GroupProtocol(Set<String> withoutEffect, Set<String> ofConsumersWithoutEffect) {
    this.withoutEffect = withoutEffect;
    this.ofConsumersWithoutEffect = ofConsumersWithoutEffect;
  }

  /**
   * The protocol that settings choose.
   *
   * @param settings as they were given to the streams-app
   * @throws ConfigException when there is no such protocol, or it ignores one of the settings
   */
  static GroupProtocol of(Map<String, ?> settings) {
    Object value = settings.get(StreamsConfig.GROUP_PROTOCOL_CONFIG);
    GroupProtocol protocol = value == null ? CLASSIC : parse(value.toString());
    Set<String> ignored = new TreeSet<>(protocol.withoutEffect);
    for (String key : protocol.ofConsumersWithoutEffect) {
      PREFIXES.forEach(prefix -> ignored.add(prefix + key));
    }
    ignored.retainAll(settings.keySet());
    if (!ignored.isEmpty()) {
      throw new ConfigException(
          "with group.protocol=streams, the brokers decide what %s would: remove it, and set what the group needs on the brokers (streams.session.timeout.ms, streams.heartbeat.interval.ms, streams.num.standby.replicas), or use group.protocol=classic"
              .formatted(String.join(", ", ignored)));
    }
    return protocol;
  }

  private static GroupProtocol parse(String value) {
    try {
      return valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          StreamsConfig.GROUP_PROTOCOL_CONFIG,
          value,
          "use classic or streams for the streams-app; consumer is for worker and trainer");
    }
  }
}
