package io.sluice.gpuworker.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves a service's metrics and health over HTTP: {@code /metrics} in Prometheus's text format,
 * {@code /health/live} and {@code /health/ready} with status 200, or 503 and the reason.
 */
public final class MetricsServer implements AutoCloseable {
  /** A health check must not wait for a slow request for metrics. */
  private static final int THREADS = 2;

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads;
  private final Supplier<String> metrics;
  private final ServiceHealth health;

  private MetricsServer(
      HttpServer server, ExecutorService threads, Supplier<String> metrics, ServiceHealth health) {
    this.server = server;
    this.threads = threads;
    this.metrics = metrics;
    this.health = health;
  }

  /**
   * Starts the server.
   *
   * @param address to listen on; port 0 takes a free one
   * @param metrics the current metrics; called for each request, on any thread
   * @throws ServiceFailure when the address cannot be used
   */
  public static MetricsServer start(
      InetSocketAddress address, Supplier<String> metrics, ServiceHealth health) {
    HttpServer http;
    try {
      http = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new ServiceFailure(
          "metrics cannot be served at "
              + address.getHostString()
              + ":"
              + address.getPort()
              + " ("
              + e.getMessage()
              + "): set another metrics.port, 0 for a free one, and as metrics.host an address of"
              + " this machine",
          e);
    }
    ExecutorService threads = Executors.newFixedThreadPool(THREADS, MetricsServer::thread);
    MetricsServer server = new MetricsServer(http, threads, metrics, health);
    http.setExecutor(threads);
    http.createContext("/", server::answer);
    http.start();
    return server;
  }

  /** The URL of the metrics. */
  public URI metricsAddress() {
    InetSocketAddress address = server.getAddress();
    String host = address.getHostString();
    return URI.create(
        "http://"
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + address.getPort()
            + "/metrics");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")) {
        send(exchange, 405, TEXT, "only GET is answered\n");
        return;
      }
      switch (exchange.getRequestURI().getPath()) {
        case "/metrics" -> send(exchange, 200, PROMETHEUS_TEXT, metrics.get());
        case "/health/live" -> send(exchange, health.whyNotAlive());
        case "/health/ready" -> send(exchange, health.whyNotReady());
        default ->
            send(exchange, 404, TEXT, "there are /metrics, /health/live and /health/ready\n");
      }
    }
  }

  private static void send(HttpExchange exchange, Optional<String> problem) throws IOException {
    send(exchange, problem.isPresent() ? 503 : 200, TEXT, problem.orElse("ok") + "\n");
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "sluice-http");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
