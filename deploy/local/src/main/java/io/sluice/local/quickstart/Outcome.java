package io.sluice.local.quickstart;

import io.sluice.schemas.TaskStatus;
import io.sluice.streams.client.CandidateIngest;
import io.sluice.streams.client.Subset;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a quickstart brought about.
 *
 * @param kafka the properties by which clients find the stack while it runs
 * @param api where the streams-app's HTTP API is while it runs
 * @param feed what became of the lines of the candidate file
 * @param pool represented candidates by source
 * @param deadLetters records that could not be used, by cause
 * @param tasks the tasks, in order
 */
public record Outcome(
    Map<String, String> kafka,
    URI api,
    CandidateIngest.Report feed,
    Map<String, Long> pool,
    Map<Cause, Integer> deadLetters,
    List<Task> tasks) {
  /** Copies the collections. */
  public Outcome {
    kafka = Map.copyOf(kafka);
    pool = Map.copyOf(pool);
    deadLetters = Map.copyOf(deadLetters);
    tasks = List.copyOf(tasks);
  }

  /**
   * Why records became dead letters.
   *
   * @param topic where they were
   * @param reason what was wrong with them
   */
  public record Cause(String topic, String reason) {}

  /**
   * A task.
   *
   * @param status how it ended
   * @param subset of the largest budget
   * @param file where the subset was written
   */
  public record Task(TaskStatus status, Subset subset, Path file) {}
}
