package io.sluice.schemas.connection;

import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;

/**
 * The settings that every client of Kafka and the schema registry has: where these are, what the
 * topics are called, and how long to wait for responses.
 */
public final class ConnectionSettings {
  /** The brokers from which clients learn of all others. */
  public static final Setting<List<String>> BOOTSTRAP_SERVERS =
      Setting.list("bootstrap.servers")
          .valid(SettingChecks.atLeastOne("a Kafka broker as host:port"))
          .importance(Importance.HIGH)
          .documentation("Kafka brokers to start from, as host:port, separated by commas.");

  /** The schema registry; a user and a password in its address are kept apart from it. */
  public static final Setting<RegistryAddress> SCHEMA_REGISTRY_URL =
      Setting.list("schema.registry.url")
          .importance(Importance.HIGH)
          .documentation(
              "Address of a schema registry with Confluent's API, or several addresses of one"
                  + " registry, separated by commas; mock://NAME is one in this JVM. Credentials go"
                  + " into basic.auth.credentials.source and basic.auth.user.info, or into the"
                  + " address as http://USER:PASSWORD@HOST, with special characters"
                  + " percent-encoded.")
          .parsed("http://HOST:PORT, https://HOST:PORT or mock://NAME", RegistryAddress::parse);

  /** The prefix of the topic names, read as the names of all topics. */
  public static final Setting<Topics> TOPIC_PREFIX =
      Setting.text("topic.prefix")
          .byDefault(Topics.DEFAULT_PREFIX)
          .documentation("Prefix of the name of every topic.")
          .parsed("0 to 100 of A-Z a-z 0-9 . _ -", prefix -> new Topics(prefix.trim()));

  /** The size of the largest record, which topics, producers and readers follow. */
  public static final Setting<RecordLimit> RECORD_MAX_BYTES =
      Setting.integer("record.max.bytes")
          .byDefault(RecordLimit.DEFAULT_BYTES)
          .documentation(
              "Size of the largest record that is written to a topic, in bytes, with key, headers"
                  + " and framing. The default is what every broker accepts. Give a larger limit to"
                  + " all commands and services, topics included, and no more than"
                  + " message.max.bytes of the brokers; a larger record is refused or becomes a"
                  + " dead letter.")
          .parsed(
              "[%d,...,%d]".formatted(RecordLimit.MIN_BYTES, RecordLimit.MAX_BYTES),
              RecordLimit::new);

  /** How long clients wait for responses of the brokers and of the schema registry. */
  public static final Setting<ResponseTimeout> RESPONSE_TIMEOUT =
      Setting.integer("response.timeout.ms")
          .byDefault(60_000)
          .valid(Range.between(1_000, 3_600_000))
          .documentation(
              "How long clients wait for a response of the Kafka brokers or the schema registry, in"
                  + " milliseconds. Raise it where they are slow to respond. It sets"
                  + " default.api.timeout.ms and max.block.ms of the Kafka clients, and the timeouts"
                  + " of the registry's client; request.timeout.ms is half of it, and"
                  + " delivery.timeout.ms twice. Each of these can also be set by itself. Only the"
                  + " producers of the streams-app's threads wait for at least ten minutes: their"
                  + " max.block.ms and delivery.timeout.ms must be longer than max.poll.interval.ms.")
          .as(ResponseTimeout::ofMillis);

  private ConnectionSettings() {}

  /** All of them, in the order in which they are listed. */
  public static List<Setting<?>> all() {
    return List.of(
        BOOTSTRAP_SERVERS, SCHEMA_REGISTRY_URL, TOPIC_PREFIX, RECORD_MAX_BYTES, RESPONSE_TIMEOUT);
  }
}
