package io.sluice.streams.api.live;

import jakarta.servlet.ServletOutputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The clients that are connected, of which there is a limited number. Thread-safe. */
public final class EventClients implements AutoCloseable {
  private final int most;
  private final Set<EventClient> clients = ConcurrentHashMap.newKeySet();
  private boolean isClosed;

  /**
   * Without clients.
   *
   * @param most how many may be connected at the same time
   */
  public EventClients(int most) {
    this.most = most;
  }

  /**
   * Connects a client to the response of a request that has begun to be asynchronous.
   *
   * @return empty when there are too many
   */
  public synchronized Optional<EventClient> connect(ServletOutputStream out) {
    if (isClosed || clients.size() >= most) {
      return Optional.empty();
    }
    EventClient client = new EventClient(out);
    clients.add(client);
    client.closed().whenComplete((nothing, failure) -> clients.remove(client));
    out.setWriteListener(client);
    return Optional.of(client);
  }

  /** Whether another client may connect. */
  public synchronized boolean hasRoom() {
    return !isClosed && clients.size() < most;
  }

  /** How many are connected. */
  public int size() {
    return clients.size();
  }

  /** Sends an event to all. */
  public void send(Event event) {
    clients.forEach(client -> client.send(event));
  }

  /** Sends all clients away, and lets no other one connect. */
  @Override
  public synchronized void close() {
    isClosed = true;
    clients.forEach(EventClient::close);
  }
}
