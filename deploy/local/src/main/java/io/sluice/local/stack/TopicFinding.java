package io.sluice.local.stack;

/**
 * Something about an existing topic that would make the selection wrong or lose records.
 *
 * @param topic name of the topic
 * @param fault what is wrong, as the end of a sentence that begins with the topic's name
 * @param remedy what to do about it
 */
public record TopicFinding(String topic, String fault, String remedy) {
  /**
   * A finding whose remedy is another value of a setting of the topic.
   *
   * @param key the setting
   * @param value the value that it needs
   */
  static TopicFinding ofSetting(String topic, String fault, String key, String value) {
    return new TopicFinding(
        topic,
        fault,
        "kafka-configs.sh --bootstrap-server HOST:PORT --alter --entity-type topics --entity-name %s --add-config %s=%s"
            .formatted(topic, key, value));
  }

  @Override
  public String toString() {
    return "%s %s. To repair it: %s".formatted(topic, fault, remedy);
  }
}
