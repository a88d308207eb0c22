package io.sluice.schemas.serde;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

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
          || cause instanceof SSLException
          || cause instanceof RestClientException rest && refusesNow(rest.getStatus())) {
        return true;
      }
    }
    return false;
  }

  /** Credentials that ran out and too many requests are no fault of a record either. */
  private static boolean refusesNow(int status) {
    return status >= 500 || status == 401 || status == 403 || status == 429;
  }
}
