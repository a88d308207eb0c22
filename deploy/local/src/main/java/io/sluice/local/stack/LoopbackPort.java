package io.sluice.local.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

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
   * Chooses the port of a server so that clients find it again after a restart: the one asked for,
   * else that of the last time, else a free one; and writes it down for the next time.
   *
   * @param file where the port of the last time is written, perhaps not there yet
   * @param asked 1 to 65535, or 0 when none is asked for
   * @param server who is to listen there, for the message
   * @throws StackException when somebody else listens on it
   */
  static int choose(Path file, int asked, String server) {
    try {
      int port = asked != 0 ? asked : Files.exists(file) ? read(file) : free();
      requireFree(port, server);
      Files.writeString(file, port + "\n");
      return port;
    } catch (IOException e) {
      throw new StackException("cannot read or write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static int read(Path file) throws IOException {
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (NumberFormatException e) {
      throw new StackException(file + " does not hold a port number: delete it", e);
    }
  }

  private static void requireFree(int port, String server) {
    try (ServerSocket socket = new ServerSocket()) {
      // Connections of a server that stopped a moment ago may linger; the port is free all the
      // same.
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
