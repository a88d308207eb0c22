package io.sluice.streams.api;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.JobRequests;
import io.sluice.streams.client.JobRequests.Outcome;
import java.time.Duration;

/**
 * Handles the requests that fire and cancel fine-tune jobs. Each waits for its outcome, for 20 s at
 * most.
 */
final class JobWrites {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final KafkaAccess kafka;

  JobWrites(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /** Handles {@code POST /api/tasks/{id}/jobs}: fires a job for the current subset of a task. */
  void fire(Context request) {
    String task = request.pathParam("id");
    Parameters.requireTaskId(task);
    int budget =
        Parameters.budget(request)
            .orElseThrow(() -> ApiException.badRequest("the budget is missing: add ?budget=B"));
    FineTuneJob job = carriedOut(new JobRequests(kafka).fire(task, budget, TIMEOUT));
    request.status(HttpStatus.CREATED);
    Json.respond(request, JobView.of(job));
  }

  /** Handles {@code DELETE /api/jobs/{id}}: cancels a job that is open. */
  void cancel(Context request) {
    Outcome outcome;
    try {
      outcome = new JobRequests(kafka).cancel(request.pathParam("id"), TIMEOUT);
    } catch (IllegalArgumentException e) {
      throw ApiException.notFound(e.getMessage());
    }
    Json.respond(request, JobView.of(carriedOut(outcome)));
  }

  private static FineTuneJob carriedOut(Outcome outcome) {
    return outcome.match(
        job -> job,
        reason -> {
          throw new ApiException(HttpStatus.CONFLICT, reason);
        },
        () -> {
          throw ApiException.unavailable(
              "no streams-app has responded yet: the request remains in its topic, and is carried"
                  + " out as soon as the instance that holds the task runs");
        });
  }
}
