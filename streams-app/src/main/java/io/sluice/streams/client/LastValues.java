package io.sluice.streams.client;

import io.sluice.schemas.serde.RegistryOutage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;

/**
 * The last value of every key in records that are given one after another, without keys whose last
 * record deletes them.
 *
 * <p>A record that cannot be decoded, or whose value belongs under another key, changes nothing:
 * the services do not use it either, and write it to dead-letters.
 *
 * <p>Not safe for use by several threads.
 */
final class LastValues<K, V> implements Consumer<ConsumerRecord<byte[], byte[]>> {
  private final Serde<K> keys;
  private final Serde<V> values;
  private final BiPredicate<K, V> belongs;
  private final Map<K, V> byKey = new LinkedHashMap<>();

  /**
   * Creates an empty map.
   *
   * @param keys reads keys of the topic's type only
   * @param values reads values of the topic's type only
   * @param belongs whether a value belongs under a key, which repeats some of its fields
   */
  LastValues(Serde<K> keys, Serde<V> values, BiPredicate<K, V> belongs) {
    this.keys = keys;
    this.values = values;
    this.belongs = belongs;
  }

  /**
   * Takes the next record of a partition.
   *
   * @throws RuntimeException when the schema registry does not answer
   */
  @Override
  public void accept(ConsumerRecord<byte[], byte[]> record) {
    try {
      K key = keys.deserializer().deserialize(record.topic(), record.key());
      V value = values.deserializer().deserialize(record.topic(), record.value());
      if (value == null) {
        byKey.remove(key);
      } else if (belongs.test(key, value)) {
        byKey.put(key, value);
      }
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
    }
  }

  /** The values so far, in the order in which their keys appeared. */
  Map<K, V> byKey() {
    return byKey;
  }
}
