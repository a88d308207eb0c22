package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.streams.api.live.Event;
import io.sluice.streams.api.live.EventClient;
import io.sluice.streams.api.live.EventClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles {@code GET /api/events}: sends what has changed to all who are connected, each second.
 * While nobody is, nothing is looked at. One thread serves all clients.
 */
final class LiveEvents implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveEvents.class);

  /** Marks requests whose duration says nothing. */
  static final String STAYS = "sluice.stays";

  private static final int MOST_CLIENTS = 64;
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private final Overview overview;
  private final EventClients clients = new EventClients(MOST_CLIENTS);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "sluice-events");
            thread.setDaemon(true);
            return thread;
          });

  /** Of the tasks and jobs that were sent last; only the timer's thread uses these. */
  private final Map<String, JsonNode> tasks = new HashMap<>();

  private final Map<String, JobStateView> jobs = new HashMap<>();
  private Optional<Object> content = Optional.empty();
  private Optional<Long> deadLetters = Optional.empty();
  private Instant lastSent = Instant.EPOCH;

  LiveEvents(Overview overview) {
    this.overview = overview;
    timer.scheduleWithFixedDelay(this::tick, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Connects the client of a request. */
  void connect(Context request) {
    Parameters.only(request);
    if (!clients.hasRoom()) {
      throw tooMany();
    }
    request.attribute(STAYS, true);
    request.contentType("text/event-stream; charset=utf-8");
    request.header("Cache-Control", "no-store");
    // Otherwise nginx keeps events back until it has many of them.
    request.header("X-Accel-Buffering", "no");
    request.future(() -> connected(request));
  }

  private CompletableFuture<Void> connected(Context request) {
    try {
      EventClient client =
          clients.connect(request.res().getOutputStream()).orElseThrow(LiveEvents::tooMany);
      timer.execute(() -> quietly(() -> client.send(event(overview.current()))));
      return client.closed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ApiException tooMany() {
    return ApiException.unavailable(
        "%d clients are connected to the events of this instance: use GET /api/overview"
            .formatted(MOST_CLIENTS));
  }

  private void tick() {
    if (clients.size() > 0) {
      quietly(this::sendChanges);
    }
  }

  private static void quietly(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).log("Events could not be sent");
    }
  }

  private void sendChanges() {
    Overview.Seen seen = overview.current();
    OverviewView view = seen.view();
    view.tasks().ifPresent(this::sendTasks);
    if (view.jobs().isPresent()) {
      sendJobs(seen.jobs());
    }
    view.flow()
        .deadLetters()
        .filter(number -> !deadLetters.equals(Optional.of(number)))
        .ifPresent(
            number -> {
              if (deadLetters.isPresent()) {
                send(new Event("dead-letter", "", Json.text(new Letters(number))));
              }
              deadLetters = Optional.of(number);
            });
    if (!content.equals(Optional.of(view.content()))) {
      content = Optional.of(view.content());
      send(event(seen));
    }
    if (lastSent.plus(HEARTBEAT).isBefore(Instant.now())) {
      send(new Event("heartbeat", "", Json.text(new Heartbeat(Instant.now().toString()))));
    }
  }

  private void sendTasks(List<JsonNode> all) {
    Map<String, JsonNode> now = new HashMap<>();
    for (JsonNode task : all) {
      String id = task.path("task").asText();
      now.put(id, task);
      if (!task.equals(tasks.get(id))) {
        send(new Event("task", id, task.toString()));
      }
    }
    tasks.keySet().stream()
        .filter(id -> !now.containsKey(id))
        .forEach(id -> send(new Event("task-removed", id, Json.text(new Removed(id)))));
    tasks.clear();
    tasks.putAll(now);
  }

  private void sendJobs(List<JobStateView> all) {
    for (JobStateView job : all) {
      if (!job.equals(jobs.put(job.job(), job))) {
        send(new Event("job", job.job(), Json.text(job)));
      }
    }
  }

  private void send(Event event) {
    lastSent = Instant.now();
    clients.send(event);
  }

  private static Event event(Overview.Seen seen) {
    return new Event("overview", "", Json.text(seen.view()));
  }

  @Override
  public void close() {
    timer.shutdownNow();
    clients.close();
  }

  /** The number of dead letters has risen. */
  record Letters(long deadLetters) {}

  /** A task was removed. */
  record Removed(String task) {}

  /** Nothing has changed, but the connection works. */
  record Heartbeat(String at) {}
}
