package io.sluice.local.cluster;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.sluice.local.stack.RegistryProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A real schema registry behind a proxy in this JVM, which asks for user and password over TLS. The
 * registry itself asks nobody and listens on loopback only.
 */
final class GuardedRegistry implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(10);
  private static final int THREADS = 8;

  private final Path folder;
  private final HttpsServer proxy;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final HttpClient client = HttpClient.newHttpClient();

  /** Replaced by the test's thread, used by those of the proxy. */
  private volatile RegistryProcess registry;

  private GuardedRegistry(Path folder, HttpsServer proxy) {
    this.folder = folder;
    this.proxy = proxy;
    this.registry = launch(folder);
  }

  private static RegistryProcess launch(Path folder) {
    return RegistryProcess.launch(RegistryProcess.distribution(), folder, 0);
  }

  /**
   * Starts registry and proxy; {@link #awaitReady} waits until the registry serves.
   *
   * @param passwords by user; users may be added later, on any thread
   */
  static GuardedRegistry start(
      Path folder, Certificates certificates, Map<String, String> passwords)
      throws IOException, GeneralSecurityException {
    HttpsServer proxy =
        HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    proxy.setHttpsConfigurator(new HttpsConfigurator(certificates.serverContext()));
    GuardedRegistry guarded = new GuardedRegistry(folder, proxy);
    proxy.setExecutor(guarded.threads);
    proxy
        .createContext("/", guarded::forward)
        .setAuthenticator(
            new BasicAuthenticator("registry") {
              @Override
              public boolean checkCredentials(String user, String password) {
                return password.equals(passwords.get(user));
              }
            });
    proxy.start();
    return guarded;
  }

  /** Waits until the registry serves. */
  void awaitReady() throws InterruptedException {
    registry.awaitReady(READY_WITHIN);
  }

  /** Stops the registry; the proxy then closes connections without an answer. */
  void stop() {
    registry.close();
  }

  /** Starts a registry that was stopped, on the same data, and waits until it serves. */
  void restart() throws InterruptedException {
    registry = launch(folder);
    registry.awaitReady(READY_WITHIN);
  }

  /** The value for the setting {@code schema.registry.url} of clients. */
  String url() {
    return "https://127.0.0.1:%d%s"
        .formatted(proxy.getAddress().getPort(), URI.create(registry.url()).getPath());
  }

  private void forward(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(registry.url()).resolve(exchange.getRequestURI()))
              .method(
                  exchange.getRequestMethod(),
                  BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
      for (String header : List.of("Accept", "Content-Type")) {
        exchange
            .getRequestHeaders()
            .getOrDefault(header, List.of())
            .forEach(value -> request.header(header, value));
      }
      HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
      response
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      byte[] body = response.body();
      exchange.sendResponseHeaders(response.statusCode(), body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    proxy.stop(0);
    threads.shutdownNow();
    registry.close();
  }
}
