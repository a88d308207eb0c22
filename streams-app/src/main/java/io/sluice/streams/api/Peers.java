package io.sluice.streams.api;

import io.javalin.http.Context;
import io.sluice.streams.select.SelectionQueries.Instance;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Sends requests to other instances, for the tasks that they hold. Thread-safe. */
final class Peers {
  /**
   * Header that marks a request from one instance to another. The receiver responds only with what
   * it holds itself, and asks no other instance. So a request makes one hop at most, even while two
   * instances each believe that the other one holds a task.
   */
  static final String HOP = "Sluice-Hop";

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
  private static final Duration RESPOND_WITHIN = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_WITHIN)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /** Whether a request was sent by another instance. */
  static boolean isHop(Context request) {
    return request.header(HOP) != null;
  }

  /**
   * Sends a GET request and waits for the whole response.
   *
   * @param path path and query
   * @throws ApiException when the instance does not respond within 30 s
   */
  HttpResponse<String> get(Instance instance, String path) {
    return get(instance, path, BodyHandlers.ofString());
  }

  /**
   * Sends a GET request and returns as soon as the response begins; the caller closes the body.
   *
   * @param path path and query
   * @throws ApiException when the instance does not respond within 30 s
   */
  HttpResponse<InputStream> open(Instance instance, String path) {
    return get(instance, path, BodyHandlers.ofInputStream());
  }

  private <T> HttpResponse<T> get(Instance instance, String path, BodyHandler<T> body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + instance + path))
            .timeout(RESPOND_WITHIN)
            .header(HOP, "1")
            .build();
    try {
      return client.send(request, body);
    } catch (IOException e) {
      throw ApiException.unavailable(
          "the instance at %s, which holds the data, does not respond (%s): try again; if that does not help, check that the instances reach each other at their application.server"
              .formatted(instance, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.unavailable("this instance is shutting down: use another one");
    }
  }
}
