package io.sluice.streams.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.Locale;
import org.eclipse.jetty.server.ServerConnector;

/**
 * A TCP address that is bound before there is a server for it: the instance must know its port
 * before it starts, and the server needs the instance.
 */
final class BoundAddress implements AutoCloseable {
  private final ServerSocketChannel channel;
  private final InetSocketAddress address;

  private BoundAddress(ServerSocketChannel channel, InetSocketAddress address) {
    this.channel = channel;
    this.address = address;
  }

  /**
   * Binds an address. Clients can connect from now on; their requests wait for the server.
   *
   * @param wanted the address to bind; port 0 stands for any free port
   * @throws IllegalStateException when it cannot be bound; the message names the settings to change
   */
  static BoundAddress bind(InetSocketAddress wanted) {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.bind(wanted);
        return new BoundAddress(channel, (InetSocketAddress) channel.getLocalAddress());
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the HTTP API cannot be served at %s:%d (%s): set http.port to a free port (0 chooses one) and http.host to an address of this machine, or switch the API off with http.enabled=false",
              wanted.getHostString(),
              wanted.getPort(),
              e.getMessage()),
          e);
    }
  }

  /** The IP address, without the port. */
  InetAddress address() {
    return address.getAddress();
  }

  /**
   * The address at which other machines reach this one, as {@code host:port}. The host is the name
   * of this machine when all its addresses are bound.
   */
  String hostAndPort() {
    InetAddress bound = address.getAddress();
    String host = bound.isAnyLocalAddress() ? machineName() : address.getHostString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** Hands the open socket over to a server, which closes it when it stops. */
  void handTo(ServerConnector connector) {
    try {
      connector.open(channel);
    } catch (IOException e) {
      throw new IllegalStateException("the HTTP API cannot be served: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("the socket of the HTTP API cannot be closed", e);
    }
  }

  private static String machineName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new IllegalStateException(
          "this machine's name is not known: set application.server to the host:port at which other instances reach it",
          e);
    }
  }
}
