package io.sluice.local.endtoend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/** A client of the HTTP API of one instance of the streams-app. */
public final class ApiClient {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI api;

  /** Creates a client of the API at this address. */
  public ApiClient(URI api) {
    this.api = api;
  }

  /**
   * Sends a GET request.
   *
   * @param headers names and values of headers in turn
   */
  public Answer get(String path, String... headers) {
    return send("GET", path, BodyPublishers.noBody(), headers);
  }

  /** Sends a PUT request, like {@link #get}. */
  public Answer put(String path, String body, String... headers) {
    return send("PUT", path, BodyPublishers.ofString(body), headers);
  }

  /** Sends a POST request, like {@link #get}. */
  public Answer post(String path, BodyPublisher body, String... headers) {
    return send("POST", path, body, headers);
  }

  /** Sends a DELETE request, like {@link #get}. */
  public Answer delete(String path, String... headers) {
    return send("DELETE", path, BodyPublishers.noBody(), headers);
  }

  /** Repeats a GET request until the answer meets a condition; fails after five minutes. */
  public Answer await(String path, Predicate<Answer> wanted) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (true) {
      Answer answer = get(path);
      if (wanted.test(answer)) {
        return answer;
      }
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(path + " still returns " + answer);
      }
      pause();
    }
  }

  private Answer send(String method, String path, BodyPublisher body, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(api + path));
    request.method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      return new Answer(response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** A response of the API. */
  public record Answer(HttpResponse<String> response) {
    /** Returns the HTTP status code. */
    public int status() {
      return response.statusCode();
    }

    /** Returns the body as text. */
    public String text() {
      return response.body();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    /** Parses the body as JSON; fails when it is something else. */
    public JsonNode json() {
      try {
        return JSON.readTree(text());
      } catch (JsonProcessingException e) {
        throw new AssertionError("not JSON: " + text(), e);
      }
    }

    String reason() {
      return json().path("reason").asText();
    }

    @Override
    public String toString() {
      return status() + " " + text();
    }
  }
}
