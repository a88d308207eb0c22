package io.sluice.streams.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.QoSHandler;

/**
 * Requests that share a limit: so many of them are handled at the same time, each on a thread. The
 * others wait in the order in which they came, without a thread, and get 503 when they have waited
 * for {@link #WAIT_WITHIN}.
 *
 * <p>The handler of a request may only wait for an answer to a request in a later lane. So
 * instances that wait for one another all get their answers, however many requests there are.
 * Health checks are in no lane, and therefore never wait. Neither is the connection to the events,
 * which stays open and needs no thread.
 */
enum Lane {
  /** Requests of clients. */
  CLIENTS(16),

  /** Requests of other instances. */
  INSTANCES(8),

  /** Requests of other instances for rows, which they need in order to handle the former. */
  ROWS(4);

  private static final Duration WAIT_WITHIN = Duration.ofSeconds(20);

  /** For accepting connections, for what is in no lane, and for responding that a lane is full. */
  private static final int SPARE_THREADS = 8;

  private final int limit;

  Lane(int limit) {
    this.limit = limit;
  }

  /** The number of threads with which no lane keeps another, or a health check, waiting. */
  static int threads() {
    return SPARE_THREADS + Arrays.stream(values()).mapToInt(lane -> lane.limit).sum();
  }

  /** A handler that applies the limits of all lanes to the handler that is put into it. */
  static Handler.Wrapper limits() {
    QoSHandler clients = CLIENTS.limited();
    QoSHandler instances = INSTANCES.limited();
    clients.setHandler(instances);
    instances.setHandler(ROWS.limited());
    return clients;
  }

  private QoSHandler limited() {
    QoSHandler limited = new QoSHandler();
    limited.setMaxRequestCount(limit);
    limited.setMaxSuspend(WAIT_WITHIN);
    limited.include(request -> of(request).filter(this::equals).isPresent());
    return limited;
  }

  private static Optional<Lane> of(Request request) {
    String path = Request.getPathInContext(request);
    if (path.startsWith("/health/") || path.startsWith("/api/events")) {
      return Optional.empty();
    }
    if (!request.getHeaders().contains(Peers.HOP)) {
      return Optional.of(CLIENTS);
    }
    return Optional.of(path.endsWith("/rows") ? ROWS : INSTANCES);
  }
}
