package io.sluice.streams.api;

import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import io.sluice.streams.topology.SelectionService;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running instance of the streams-app: the selection, and the HTTP API unless it is switched
 * off.
 */
public final class StreamsApp implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamsApp.class);

  private final SelectionService service;
  private final Optional<ApiServer> api;

  private StreamsApp(SelectionService service, Optional<ApiServer> api) {
    this.service = service;
    this.api = api;
  }

  /**
   * Starts an instance. When that fails, everything that was started is closed again.
   *
   * @throws IllegalStateException when the topics do not exist, Kafka does not respond, or the
   *     address of the API cannot be bound
   */
  public static StreamsApp start(StreamsAppConfig config) {
    StreamsApp app =
        config.get(StreamsAppSettings.HTTP_ENABLED)
            ? withApi(config)
            : new StreamsApp(new SelectionService(config), Optional.empty());
    try {
      app.service.start();
      return app;
    } catch (RuntimeException e) {
      app.close();
      throw e;
    }
  }

  private static StreamsApp withApi(StreamsAppConfig config) {
    BoundAddress address = BoundAddress.bind(config.httpAddress());
    try {
      SelectionService service =
          new SelectionService(
              config.withApplicationServer(
                  config.applicationServer().orElseGet(address::hostAndPort)));
      try {
        ApiServer api = ApiServer.start(config, address, service);
        warnIfOpen(config, address);
        return new StreamsApp(service, Optional.of(api));
      } catch (RuntimeException e) {
        service.close();
        throw e;
      }
    } catch (RuntimeException e) {
      address.close();
      throw e;
    }
  }

  private static void warnIfOpen(StreamsAppConfig config, BoundAddress address) {
    if (!address.address().isLoopbackAddress()
        && config.get(StreamsAppSettings.HTTP_TOKEN).isEmpty()) {
      log.atWarn()
          .addKeyValue("address", address.hostAndPort())
          .log("Anyone who can reach the HTTP API can change tasks and candidates: set http.token");
    }
  }

  /** The base URL of the HTTP API; empty when it is switched off. */
  public Optional<URI> apiAddress() {
    return api.map(ApiServer::address);
  }

  /** Whether all threads of the selection run and no state is being restored. */
  public boolean isRunning() {
    return service.isRunning();
  }

  /** Completes when the selection has stopped, exceptionally when a failure stopped it. */
  public CompletableFuture<Void> stopped() {
    return service.stopped();
  }

  /** Stops cleanly: the API first, then the selection. */
  @Override
  public void close() {
    try {
      api.ifPresent(ApiServer::close);
    } finally {
      service.close();
    }
  }
}
