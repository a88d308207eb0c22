package io.sluice.gpuworker.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final ServiceHealth health = new ServiceHealth(clock::get, Duration.ofSeconds(30));
  private final MetricsServer server =
      MetricsServer.start(ANY_PORT, () -> "examples_total 3.0\n", health);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void givenMetrics_whenRequested_thenTheyAreInPrometheusTextFormat() throws Exception {
    HttpResponse<String> response = get("/metrics");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    assertThat(response.body()).isEqualTo("examples_total 3.0\n");
  }

  @Test
  void givenAWorkerThatHasNotJoined_whenAsked_thenItIsAliveAndNotReady() throws Exception {
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(get("/health/ready").body()).contains("group");

    health.joined();
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void givenAWorkerThatDoesNotTurn_whenAsked_thenItIsNotAliveUntilItTurnsAgain() throws Exception {
    health.joined();
    clock.addAndGet(TimeUnit.SECONDS.toNanos(31));

    assertThat(get("/health/live").statusCode()).isEqualTo(503);
    assertThat(get("/health/live").body()).contains("31 s");
    assertThat(get("/health/ready").statusCode()).isEqualTo(503);

    health.turned();
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void givenAWorkerThatHasEnded_whenAsked_thenItIsNotAlive() throws Exception {
    health.ended();

    assertThat(get("/health/live").statusCode()).isEqualTo(503);
  }

  @Test
  void givenAnotherPathOrMethod_whenAsked_thenRefused() throws Exception {
    assertThat(get("/metrics/more").statusCode()).isEqualTo(404);
    HttpRequest post =
        HttpRequest.newBuilder(server.metricsAddress()).POST(BodyPublishers.noBody()).build();
    assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
  }

  @Test
  void givenAPortThatIsTaken_whenStarted_thenTheMessageSaysWhatToSet() {
    InetSocketAddress taken =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.metricsAddress().getPort());

    assertThatThrownBy(() -> MetricsServer.start(taken, () -> "", health))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("metrics.port");
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI address = server.metricsAddress().resolve(path);
    return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }
}
