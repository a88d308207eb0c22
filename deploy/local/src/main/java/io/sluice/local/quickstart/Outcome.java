package io.sluice.local.quickstart;

import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.form.FormOptions;
import io.sluice.streams.client.CandidateIngest;
import io.sluice.streams.client.Subset;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The results of a quickstart.
 *
 * @param kafka the settings by which clients connect to the stack while it runs
 * @param api address of the streams-app's HTTP API while it runs
 * @param feed how many lines of the candidate file were sent or refused
 * @param pool the candidates that were selected from
 * @param deadLetters number of dead letters by cause
 * @param tasks the results of the tasks, in the order of the input
 */
public record Outcome(
    Map<String, String> kafka,
    URI api,
    CandidateIngest.Report feed,
    Pool pool,
    Map<Cause, Integer> deadLetters,
    List<Task> tasks) {
  /** Copies the collections, so that the results cannot change afterwards. */
  public Outcome {
    kafka = Map.copyOf(kafka);
    deadLetters = Map.copyOf(deadLetters);
    tasks = List.copyOf(tasks);
  }

  /**
   * The candidates that were selected from.
   *
   * @param model folder of the base model
   * @param file the candidate file
   * @param forms how its candidates are read
   * @param sources the source of each represented candidate, by candidate id
   */
  public record Pool(Path model, Path file, FormOptions forms, Map<String, String> sources) {
    /** Copies the map, so that it cannot change afterwards. */
    public Pool {
      sources = Map.copyOf(sources);
    }

    /** Returns the number of candidates by source. */
    Map<String, Long> bySource() {
      return counts(sources.values().stream());
    }
  }

  /**
   * A cause of dead letters.
   *
   * @param topic the topic that the records were read from
   * @param reason why they could not be used
   */
  public record Cause(String topic, String reason) {}

  /**
   * The result of a task.
   *
   * @param status the task's last status
   * @param subset the subset of the largest budget
   * @param file the file that the subset was written to
   */
  public record Task(TaskStatus status, Subset subset, Path file) {
    /** Returns how far the subset of each budget is filled, by ascending budget. */
    List<TierFill> tiers() {
      return TierFill.of(subset.task(), Optional.of(status));
    }

    /**
     * Returns the number of selected candidates by source.
     *
     * @param size how many candidates of the subset to count, in selection order
     */
    Map<String, Long> bySource(int size) {
      return counts(
          subset.entries().stream().limit(size).map(entry -> entry.instruction().getSource()));
    }
  }

  private static Map<String, Long> counts(Stream<String> sources) {
    return sources.collect(
        Collectors.groupingBy(source -> source, TreeMap::new, Collectors.counting()));
  }
}
