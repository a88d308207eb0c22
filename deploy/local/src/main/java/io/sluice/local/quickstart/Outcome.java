package io.sluice.local.quickstart;

import io.sluice.schemas.TaskStatus;
import io.sluice.streams.client.CandidateIngest;
import io.sluice.streams.client.Subset;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a quickstart brought about.
 *
 * @param kafka the properties by which clients find the stack while it runs
 * @param api where the streams-app's HTTP API is while it runs
 * @param feed what became of the lines of the candidate file
 * @param pool what was selected from
 * @param deadLetters records that could not be used, by cause
 * @param tasks the tasks, in order
 */
public record Outcome(
    Map<String, String> kafka,
    URI api,
    CandidateIngest.Report feed,
    Pool pool,
    Map<Cause, Integer> deadLetters,
    List<Task> tasks) {
  /** Copies the collections. */
  public Outcome {
    kafka = Map.copyOf(kafka);
    deadLetters = Map.copyOf(deadLetters);
    tasks = List.copyOf(tasks);
  }

  /**
   * What was selected from.
   *
   * @param model folder of the base model
   * @param file the candidate file
   * @param sources the source of each candidate that is represented, by id
   */
  public record Pool(Path model, Path file, Map<String, String> sources) {
    /** Copies the map. */
    public Pool {
      sources = Map.copyOf(sources);
    }

    /** How many candidates come from each source. */
    Map<String, Long> bySource() {
      return counts(sources.values().stream());
    }
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
  public record Task(TaskStatus status, Subset subset, Path file) {
    /**
     * How many of the subset of a smaller budget come from each source.
     *
     * @param budget how many of the subset, in selection order
     */
    Map<String, Long> bySource(int budget) {
      return counts(
          subset.entries().stream().limit(budget).map(entry -> entry.instruction().getSource()));
    }
  }

  private static Map<String, Long> counts(Stream<String> sources) {
    return sources.collect(
        Collectors.groupingBy(source -> source, TreeMap::new, Collectors.counting()));
  }
}
