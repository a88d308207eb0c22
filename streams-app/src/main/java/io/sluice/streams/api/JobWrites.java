package io.sluice.streams.api;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.JobRequests;
import io.sluice.streams.client.JobRequests.Outcome;
import java.time.Duration;

/** Fires and cancels fine-tune jobs, as the command line does. */
final class JobWrites {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final KafkaAccess kafka;

  JobWrites(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /** Fires a job for the subset of a task as it is now. */
  void fire(Context request) {
    String task = request.pathParam("id");
    Reads.requireTaskId(task);
    int budget =
        Reads.budget(request)
            .orElseThrow(() -> ApiException.badRequest("no budget: ask with ?budget=B"));
    FineTuneJob job = carriedOut(new JobRequests(kafka).fire(task, budget, PATIENCE));
    request.status(HttpStatus.CREATED);
    Json.answer(request, JobView.of(job));
  }

  /** Cancels a job that has not ended. */
  void cancel(Context request) {
    Outcome outcome;
    try {
      outcome = new JobRequests(kafka).cancel(request.pathParam("id"), PATIENCE);
    } catch (IllegalArgumentException e) {
      throw ApiException.notFound(e.getMessage());
    }
    Json.answer(request, JobView.of(carriedOut(outcome)));
  }

  private static FineTuneJob carriedOut(Outcome outcome) {
    return outcome.match(
        job -> job,
        reason -> {
          throw new ApiException(HttpStatus.CONFLICT, reason);
        },
        () -> {
          throw ApiException.unavailable(
              "nobody has answered yet: the request stays, and is carried out when the streams-app"
                  + " that has the task runs");
        });
  }
}
