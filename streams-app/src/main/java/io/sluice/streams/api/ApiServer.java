package io.sluice.streams.api;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.schemas.TaskStatus;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import io.sluice.streams.select.SelectionQueries;
import io.sluice.streams.select.SelectionUnavailable;
import io.sluice.streams.topology.SelectionService;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of one instance. It passes requests to the {@link ApiHandlers}, turns failures
 * into JSON errors, and serves the health checks and metrics. Requests run on daemon threads of its
 * own pool, within the limits of their {@link Lane}.
 */
final class ApiServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String STARTED = "sluice.started";
  static final String RETRY_AFTER_SECONDS = "1";
  private static final int MIN_THREADS = 2;
  private static final Duration STOP_WITHIN = Duration.ofSeconds(1);
  private static final Duration LEAVE_AFTER = Duration.ofSeconds(5);

  private final URI address;
  private final SelectionService service;
  private final PrometheusMeterRegistry registry;
  private final KafkaStreamsMetrics kafkaMetrics;
  private final ApiMetrics metrics;
  private final Guard guard;
  private final ApiHandlers handlers;
  private final Javalin javalin;

  private ApiServer(StreamsAppConfig config, BoundAddress address, SelectionService service) {
    this.address = URI.create("http://" + address.hostAndPort());
    this.service = service;
    this.registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    this.registry.config().meterFilter(ApiMetrics.kafkaMeterFilter());
    this.kafkaMetrics = service.kafkaStreamsMetrics();
    this.metrics = new ApiMetrics(registry, service::isRunning, service::replacedThreads);
    this.guard =
        new Guard(
            config.get(StreamsAppSettings.HTTP_TOKEN),
            AllowedHosts.of(config, address.hostAndPort()));
    this.handlers = ApiHandlers.of(config, address.hostAndPort(), service, metrics);
    this.javalin = Javalin.create(javalinConfig -> configure(javalinConfig, address));
  }

  /**
   * Starts to serve.
   *
   * @param address the bound address; the server takes it over and closes it
   * @param service the selection from which requests are answered; the caller closes it
   */
  static ApiServer start(StreamsAppConfig config, BoundAddress address, SelectionService service) {
    ApiServer server = new ApiServer(config, address, service);
    server.kafkaMetrics.bindTo(server.registry);
    server.javalin.start();
    return server;
  }

  /** The base URL of the API, {@code http://host:port}. */
  URI address() {
    return address;
  }

  @Override
  public void close() {
    // Clients that stay connected would hold up the server.
    handlers.events().close();
    stopServer();
    handlers.close();
    kafkaMetrics.close();
  }

  /**
   * Stops the server. Jetty (12.1.12) has been seen to wait for ever when it closed a connection to
   * which something was being written: its selector waited for the end of the write, which the
   * selector itself would have had to bring about. Its threads are daemons, so that they can be
   * left behind.
   */
  private void stopServer() {
    Thread stopping = new Thread(javalin::stop, "sluice-http-stop");
    stopping.setDaemon(true);
    stopping.start();
    try {
      stopping.join(LEAVE_AFTER.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (stopping.isAlive()) {
      log.atWarn()
          .addKeyValue("seconds", LEAVE_AFTER.toSeconds())
          .log("HTTP server did not stop in time and is left behind");
    }
  }

  private void configure(JavalinConfig config, BoundAddress address) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    QueuedThreadPool threads = new QueuedThreadPool(Lane.threads(), MIN_THREADS);
    threads.setName("sluice-http");
    threads.setDaemon(true);
    // A request that waits for Kafka must not hold up the end of the process.
    threads.setStopTimeout(STOP_WITHIN.toMillis());
    config.jetty.threadPool = threads;
    config.jetty.addConnector((server, http) -> connector(server, http, address));
    config.jetty.modifyServer(
        server -> {
          server.setErrorHandler(new JsonErrors());
          server.setHandler(Lane.limits());
        });
    routes(config.routes);
    errors(config.routes);
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration http, BoundAddress address) {
    http.setSendServerVersion(false);
    // By default Jetty caches header values regardless of case: a token would be read as an earlier
    // one of the same connection that differs from it in upper and lower case only.
    http.setHeaderCacheCaseSensitive(true);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    address.handTo(connector);
    return connector;
  }

  private void routes(RoutesConfig routes) {
    routes.before(request -> request.attribute(STARTED, System.nanoTime()));
    routes.before(guard::check);
    routes.before(request -> request.header("X-Content-Type-Options", "nosniff"));
    ApiRoutes.addTo(routes, handlers);
    routes.get("/health/live", this::live);
    routes.get("/health/ready", this::ready);
    routes.get("/metrics", this::metrics);
    routes.after(this::measure);
  }

  private void errors(RoutesConfig routes) {
    routes.exception(ApiException.class, ApiServer::respondError);
    routes.exception(
        HttpResponseException.class,
        (e, request) ->
            Json.respondError(
                request,
                HttpStatus.forStatus(e.getStatus()),
                e.getMessage()
                    + ": the paths are /, /health/live, /health/ready, /metrics, and those that"
                    + " /api/openapi.json lists, such as /api/tasks"));
    routes.exception(
        SelectionUnavailable.class,
        (e, request) ->
            respondError(
                ApiException.unavailable(e.getMessage() + ": try again in a moment"), request));
    routes.exception(
        KafkaException.class,
        (e, request) -> {
          log.atWarn()
              .addKeyValue("path", request.path())
              .addKeyValue("reason", e.getMessage())
              .log("Kafka failed a request");
          respondError(
              request.method().equals(HandlerType.GET) ? unread(e) : Writes.toApiException(e),
              request);
        });
    routes.exception(
        Exception.class,
        (e, request) -> {
          log.atError().setCause(e).addKeyValue("path", request.path()).log("Request failed");
          Json.respondError(
              request,
              HttpStatus.INTERNAL_SERVER_ERROR,
              "internal error: the log of this streams-app has the details");
        });
  }

  private static ApiException unread(KafkaException failure) {
    return ApiException.unavailable(
        "Kafka cannot be read (%s): check that it is healthy, and that the user of the streams-app may read the topic"
            .formatted(failure.getMessage()));
  }

  private static void respondError(ApiException failure, Context request) {
    if (failure.status() == HttpStatus.SERVICE_UNAVAILABLE) {
      request.header("Retry-After", RETRY_AFTER_SECONDS);
    } else if (failure.status() == HttpStatus.UNAUTHORIZED) {
      request.header("WWW-Authenticate", "Bearer");
    }
    Json.respondError(request, failure.status(), failure.getMessage());
  }

  private void live(Context request) {
    respondHealth(request, service.isAlive());
  }

  private void ready(Context request) {
    respondHealth(request, service.isRunning());
  }

  private void respondHealth(Context request, boolean healthy) {
    request.status(healthy ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    request
        .contentType(TEXT)
        .result(healthy ? "ok\n" : "the streams-app is " + service.state() + "\n");
  }

  private void metrics(Context request) {
    metrics.updateTasks(statuses());
    request.contentType(PROMETHEUS_TEXT).result(registry.scrape());
  }

  /** The statuses of the tasks that this instance holds; empty while partitions move. */
  private List<TaskStatus> statuses() {
    List<TaskStatus> statuses = new ArrayList<>();
    SelectionQueries queries = service.queries();
    try {
      for (int partition : queries.localPartitions()) {
        queries.tasks(partition).forEach(task -> task.status().ifPresent(statuses::add));
      }
      return statuses;
    } catch (SelectionUnavailable e) {
      return List.of();
    }
  }

  private void measure(Context request) {
    if (request.attribute(LiveEvents.STAYS) != null) {
      return;
    }
    long started = request.<Long>attribute(STARTED);
    metrics.recordRequest(
        request.method().name(),
        Optional.ofNullable(request.endpoints().matchedHttpEndpoint())
            .map(e -> e.path)
            .orElse("none"),
        request.statusCode(),
        Duration.ofNanos(System.nanoTime() - started));
  }
}
