package io.sluice.schemas.serde;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/**
 * Tells a registry that cannot be reached from a record that cannot be read.
 *
 * <p>Both reach the caller as Kafka's {@code SerializationException}, but only the second is the
 * record's fault: a dead letter because of an outage would lose a good record.
 */
public final class RegistryOutage {
  private RegistryOutage() {}

  /** Whether the failure, or a cause of it, is that the schema registry did not answer properly. */
  public static boolean isCauseOf(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException
          || cause instanceof RestClientException rest && rest.getStatus() >= 500) {
        return true;
      }
    }
    return false;
  }
}
