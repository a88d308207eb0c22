package io.sluice.streams.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LaneTest {
  private static final int MANY = 40;

  private final Server server = new Server(new QueuedThreadPool(Lane.threads(), 2));
  private final CountDownLatch released = new CountDownLatch(1);
  private final Semaphore handled = new Semaphore(0);
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<CompletableFuture<Integer>> slow = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    server.addConnector(new ServerConnector(server));
    Handler.Wrapper limits = Lane.limits();
    limits.getTail().setHandler(new Slow());
    server.setHandler(limits);
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    released.countDown();
    server.stop();
  }

  @Test
  void givenSlowRequestsOfClients_whenOthersAreSent_thenTheyDoNotWait() throws Exception {
    sendMany("/slow");
    assertThat(handled.tryAcquire(16, 60, TimeUnit.SECONDS)).isTrue();

    assertThat(status("/health/live")).isEqualTo(200);
    assertThat(status("/api/events")).isEqualTo(200);
    assertThat(status("/api/tasks", Peers.HOP, "1")).isEqualTo(200);
    assertThat(handled.availablePermits()).as("no more than the limit").isZero();

    released.countDown();
    assertThat(slow).allSatisfy(each -> assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(200));
  }

  @Test
  void givenSlowRequestsInTheFirstLanes_whenRowsAreAskedFor_thenTheyDoNotWait() throws Exception {
    sendMany("/slow");
    sendMany("/slow", Peers.HOP, "1");
    assertThat(handled.tryAcquire(16 + 8, 60, TimeUnit.SECONDS)).isTrue();

    assertThat(status("/api/tasks/t/rows", Peers.HOP, "1")).isEqualTo(200);
    assertThat(status("/health/ready")).isEqualTo(200);
    assertThat(handled.availablePermits()).isZero();
  }

  private void sendMany(String path, String... headers) {
    for (int i = 0; i < MANY; i++) {
      slow.add(
          client
              .sendAsync(request(path, headers), BodyHandlers.discarding())
              .thenApply(HttpResponse::statusCode));
    }
  }

  private int status(String path, String... headers) throws Exception {
    return client.send(request(path, headers), BodyHandlers.discarding()).statusCode();
  }

  private HttpRequest request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.getURI().resolve(path)).timeout(Duration.ofMinutes(2));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  /** Keeps the thread of a request for "/slow" until the test releases it. */
  private final class Slow extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback)
        throws InterruptedException {
      if (Request.getPathInContext(request).equals("/slow")) {
        handled.release();
        released.await();
      }
      callback.succeeded();
      return true;
    }
  }
}
