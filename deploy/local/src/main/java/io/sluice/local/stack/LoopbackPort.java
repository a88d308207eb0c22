package io.sluice.local.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** TCP ports of the loopback interface. */
final class LoopbackPort {
  /** The only address on which the local stack listens. */
  static final String HOST = "127.0.0.1";

  private LoopbackPort() {}

  /** A port that nobody listens on at this moment. */
  static int free() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new StackException("no free port on " + HOST + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks that a server can listen on a port, so that a taken one is found before anything starts.
   *
   * @param port 1 to 65535
   * @param server who is to listen there, for the message
   * @throws StackException when somebody else listens on it
   */
  static void requireFree(int port, String server) {
    try (ServerSocket socket = new ServerSocket()) {
      // A socket of a server that stopped a moment ago may linger; that does not make the port
      // taken.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(HOST, port), 1);
    } catch (IOException e) {
      throw new StackException(
          "port %d for the %s is taken: stop the process that listens on it or choose another port"
              .formatted(port, server),
          e);
    }
  }
}
