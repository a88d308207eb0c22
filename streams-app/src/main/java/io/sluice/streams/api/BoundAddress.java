package io.sluice.streams.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.Locale;
import org.eclipse.jetty.server.ServerConnector;

/**
 * An address that is taken before there is a server for it: the instance has to know its port
 * before it starts, and the server has to know the instance.
 */
final class BoundAddress implements AutoCloseable {
  private final ServerSocketChannel channel;
  private final InetSocketAddress address;

  private BoundAddress(ServerSocketChannel channel, InetSocketAddress address) {
    this.channel = channel;
    this.address = address;
  }

  /**
   * Takes an address. Who connects waits until a server is there.
   *
   * @param wanted port 0 for a free one
   * @throws IllegalStateException when it cannot be had; the message says what to set
   */
  static BoundAddress take(InetSocketAddress wanted) {
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
              "the HTTP API cannot be served at %s:%d (%s): set another http.port, 0 for a free one, and as http.host an address of this machine, or http.enabled=false",
              wanted.getHostString(),
              wanted.getPort(),
              e.getMessage()),
          e);
    }
  }

  /** The address itself. */
  InetAddress address() {
    return address.getAddress();
  }

  /** Where others reach it, as host:port: the machine's name where it is bound to all addresses. */
  String hostAndPort() {
    InetAddress bound = address.getAddress();
    String host = bound.isAnyLocalAddress() ? machineName() : address.getHostString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** Gives it to a server, which closes it. */
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
      throw new IllegalStateException("the address of the HTTP API stays taken", e);
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
