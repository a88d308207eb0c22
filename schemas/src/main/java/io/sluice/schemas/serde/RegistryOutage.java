package io.sluice.schemas.serde;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/**
 * Distinguishes a registry that cannot be reached from a record that cannot be read.
 *
 * <p>Both reach the caller as Kafka's {@code SerializationException}, but only the second is the
 * record's fault: a dead letter because of an outage would lose a good record.
 */
public final class RegistryOutage {
  private static final int NOT_FOUND = 404;

  /** How the JDK tells a connection that was not accepted from a response that did not come. */
  private static final String CONNECT_TIMED_OUT = "Connect";

  private RegistryOutage() {}

  /** Whether the failure, or a cause of it, is that the schema registry did not answer properly. */
  public static boolean isCauseOf(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RegistryUnavailableException
          || cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException
          || cause instanceof SSLException
          || cause instanceof RestClientException rest && isOutage(rest)) {
        return true;
      }
    }
    return false;
  }

  /**
   * What went wrong with the registry and what users can do about it, as the end of a sentence that
   * begins with "the schema registry". A registry that is slow is distinguished from one that is
   * not there.
   *
   * @param failure of which an outage is the cause: see {@link #isCauseOf}
   */
  public static String describe(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (isAbsence(root)) {
      return "cannot be reached, nothing accepts connections there (%s): is it running, and is schema.registry.url right?"
          .formatted(root.getMessage());
    }
    if (root instanceof SocketTimeoutException) {
      return "accepts connections but has not responded in time (%s): it is busy; to wait longer, raise response.timeout.ms"
          .formatted(root.getMessage());
    }
    return "does not respond properly (%s): check schema.registry.url, its credentials and the registry's log"
        .formatted(root.getMessage());
  }

  private static boolean isAbsence(Throwable failure) {
    return failure instanceof ConnectException
        || failure instanceof NoRouteToHostException
        || failure instanceof UnknownHostException
        || failure instanceof SocketTimeoutException
            && String.valueOf(failure.getMessage()).startsWith(CONNECT_TIMED_OUT);
  }

  /**
   * Expired credentials and too many requests are not the fault of a record either. A registry that
   * does not know a schema answers 404 with an error code of its own (404xx); any other 404 comes
   * from a server that is no registry, for example because the path of the address is wrong.
   */
  private static boolean isOutage(RestClientException answer) {
    int status = answer.getStatus();
    return status >= 500
        || status == 401
        || status == 403
        || status == 408
        || status == 429
        || status == NOT_FOUND && answer.getErrorCode() / 100 != NOT_FOUND;
  }
}
