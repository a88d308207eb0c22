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

/** Asks other instances for what they hold. */
final class Peers {
  /**
   * In a request from one instance to another, which answers from what it holds itself and asks
   * nobody: so a request goes one hop, whatever two instances believe of each other.
   */
  static final String HOP = "Sluice-Hop";

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_WITHIN)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /** Whether another instance asks. */
  static boolean isHop(Context request) {
    return request.header(HOP) != null;
  }

  /**
   * What another instance answers.
   *
   * @param path path and query
   * @throws ApiException when it does not answer
   */
  HttpResponse<String> get(Instance instance, String path) {
    return get(instance, path, BodyHandlers.ofString());
  }

  /**
   * What another instance answers, as it comes; the caller closes the body.
   *
   * @param path path and query
   * @throws ApiException when it does not answer
   */
  HttpResponse<InputStream> open(Instance instance, String path) {
    return get(instance, path, BodyHandlers.ofInputStream());
  }

  private <T> HttpResponse<T> get(Instance instance, String path, BodyHandler<T> body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + instance + path))
            .timeout(ANSWER_WITHIN)
            .header(HOP, "1")
            .build();
    try {
      return client.send(request, body);
    } catch (IOException e) {
      throw ApiException.unavailable(
          "the instance at %s, which holds this, does not answer (%s): try again, and see to it that the instances reach each other at their application.server"
              .formatted(instance, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.unavailable("this instance stops: ask another one");
    }
  }
}
