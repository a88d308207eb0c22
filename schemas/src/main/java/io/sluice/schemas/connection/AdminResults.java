package io.sluice.schemas.connection;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;

/** Results of an admin client, one for each topic or other resource that it was asked about. */
public final class AdminResults {
  private AdminResults() {}

  /**
   * Waits for all results.
   *
   * @param results by what they are about
   * @return the values of the results; that of a result without a value is null
   * @throws ExecutionException when one has failed. Kafka's message often does not say what the
   *     failure is about, so this exception's message begins with it; the cause is Kafka's
   */
  public static <K, V> Map<K, V> await(Map<K, KafkaFuture<V>> results)
      throws ExecutionException, InterruptedException {
    Map<K, V> values = new HashMap<>();
    for (Map.Entry<K, KafkaFuture<V>> result : results.entrySet()) {
      try {
        values.put(result.getKey(), result.getValue().get());
      } catch (ExecutionException e) {
        throw new ExecutionException(
            "%s: %s".formatted(result.getKey(), e.getCause().getMessage()), e.getCause());
      }
    }
    return values;
  }
}
