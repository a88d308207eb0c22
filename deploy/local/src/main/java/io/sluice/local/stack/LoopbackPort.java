package io.sluice.local.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Chooses TCP ports on the loopback interface. */
final class LoopbackPort {
  /** The only address on which the local stack listens. */
  static final String HOST = "127.0.0.1";

  private LoopbackPort() {}

  /** Returns a port on which no process currently listens. */
  static int free() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new StackException("there is no free port on " + HOST + ": " + e.getMessage(), e);
    }
  }

  /**
   * Chooses the port of a server and remembers it, so that clients find the server again after a
   * restart. It is the requested port, or else the port of the last start, or else a free one.
   *
   * @param file where the port is remembered; need not exist yet
   * @param requested 1 to 65535, or 0 for no particular port
   * @param server how error messages name the server
   * @throws StackException when the port is in use, or the file cannot be read or written
   */
  static int choose(Path file, int requested, String server) {
    try {
      int port = requested != 0 ? requested : Files.exists(file) ? read(file) : free();
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
      throw new StackException(file + " does not contain a port number: delete the file", e);
    }
  }

  private static void requireFree(int port, String server) {
    try (ServerSocket socket = new ServerSocket()) {
      // The port counts as free even when connections of a server that just stopped linger.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(HOST, port), 1);
    } catch (IOException e) {
      throw new StackException(
          "port %d for the %s is in use: stop the process that listens on it or choose another port"
              .formatted(port, server),
          e);
    }
  }
}
