package io.sluice.schemas.connection;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Utils;

/**
 * The brokers to which clients connect first. Distinguishes brokers that are slow to respond from
 * brokers that are not there, which Kafka's clients report in the same way.
 *
 * @param addresses each as host:port
 */
record BrokerAddresses(List<String> addresses) {
  private static final int CONNECT_WITHIN_MS = 5_000;

  /** Whether something accepts a connection at one of the addresses; takes 5 s at most for each. */
  boolean acceptConnections() {
    return addresses.stream().anyMatch(BrokerAddresses::acceptsConnections);
  }

  /**
   * The failure of a client that got no response in time, with what users can do about it.
   *
   * @param timeout the setting that the client had
   * @param cause the client's own failure
   */
  KafkaException noResponse(ResponseTimeout timeout, Throwable cause) {
    return acceptConnections()
        ? new KafkaException(
            String.format(
                "the Kafka broker at %s accepts connections but has not responded in time (%s): if it"
                    + " is busy, wait longer by setting %s above %d; otherwise check the security"
                    + " settings, and that the topics exist",
                this,
                cause.getMessage(),
                ConnectionSettings.RESPONSE_TIMEOUT.key(),
                timeout.duration().toMillis()),
            cause)
        : absent(cause);
  }

  /** The failure of a client that found no broker. */
  KafkaException absent(Throwable cause) {
    return new KafkaException(
        String.format(
            "there is no Kafka broker at %s, nothing accepts connections there: is Kafka running, and"
                + " is %s right?",
            this, ConnectionSettings.BOOTSTRAP_SERVERS.key()),
        cause);
  }

  @Override
  public String toString() {
    return String.join(",", addresses);
  }

  private static boolean acceptsConnections(String address) {
    String host = Utils.getHost(address);
    Integer port = Utils.getPort(address);
    if (host == null || port == null) {
      return false;
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), CONNECT_WITHIN_MS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
