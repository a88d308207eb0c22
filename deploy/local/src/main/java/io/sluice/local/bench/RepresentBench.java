package io.sluice.local.bench;

import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Measures how fast candidates are represented, from text to encoded vectors. Used by one thread.
 */
public final class RepresentBench {
  /** Candidates per batch, as in the worker. */
  public static final int BATCH = 32;

  private final ExampleRepresenter representer;
  private final FeatureEncoding stored;

  /**
   * Prepares measurements.
   *
   * @param stored the encoding of the vectors
   */
  public RepresentBench(ExampleRepresenter representer, FeatureEncoding stored) {
    this.representer = representer;
    this.stored = stored;
  }

  /**
   * What was done and used.
   *
   * @param examples the number of candidates
   * @param tokens the number of their tokens
   * @param learnt the number of those that are learnt
   * @param pairs the number of pairs of tokens of one candidate, in both orders
   * @param wall the time that passed
   * @param processor the time that processors worked for this process
   * @param stages the time of each stage before the encoding, summed over all threads
   * @param encoding the time of the encoding
   */
  public record Totals(
      int examples,
      long tokens,
      long learnt,
      long pairs,
      Duration wall,
      Duration processor,
      Map<Stage, Duration> stages,
      Duration encoding) {
    /** Takes an unmodifiable copy of the map. */
    public Totals {
      stages = Map.copyOf(stages);
    }

    /** The sum of two measurements. */
    Totals plus(Totals other) {
      Map<Stage, Duration> sums = new EnumMap<>(Stage.class);
      for (Stage stage : Stage.values()) {
        sums.put(stage, stages.get(stage).plus(other.stages.get(stage)));
      }
      return new Totals(
          examples + other.examples,
          tokens + other.tokens,
          learnt + other.learnt,
          pairs + other.pairs,
          wall.plus(other.wall),
          processor.plus(other.processor),
          sums,
          encoding.plus(other.encoding));
    }
  }

  /**
   * Represents and encodes candidates, batch by batch.
   *
   * @param candidates at least one
   * @throws IllegalArgumentException when one of them cannot be represented; the message says why
   */
  public Totals run(List<Candidate> candidates) {
    Map<Stage, Duration> stages = stages();
    Duration processor = ProcessUse.processorTime();
    long begin = System.nanoTime();
    long tokens = 0;
    long learnt = 0;
    long pairs = 0;
    long encoding = 0;
    for (int first = 0; first < candidates.size(); first += BATCH) {
      List<Candidate> batch = candidates.subList(first, Math.min(first + BATCH, candidates.size()));
      for (Representer.Outcome outcome : representer.candidates(batch)) {
        Representer.Represented represented = represented(outcome);
        tokens += represented.tokens();
        learnt += represented.learntTokens();
        pairs += (long) represented.tokens() * represented.tokens();
        long encodingBegin = System.nanoTime();
        FeatureCodec.encode(stored, represented.rows());
        encoding += System.nanoTime() - encodingBegin;
      }
    }
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    Map<Stage, Duration> spent = new EnumMap<>(Stage.class);
    stages().forEach((stage, total) -> spent.put(stage, total.minus(stages.get(stage))));
    return new Totals(
        candidates.size(),
        tokens,
        learnt,
        pairs,
        wall,
        ProcessUse.processorTime().minus(processor),
        spent,
        Duration.ofNanos(encoding));
  }

  /** The vectors of a candidate, shape [checkpoints, dimension], each of unit length. */
  float[][] rows(Candidate candidate) {
    return represented(representer.candidates(List.of(candidate)).get(0)).rows();
  }

  private static Representer.Represented represented(Representer.Outcome outcome) {
    if (outcome instanceof Representer.Represented represented) {
      return represented;
    }
    throw new IllegalArgumentException(
        "a candidate cannot be measured: " + ((Representer.Unusable) outcome).reason());
  }

  private Map<Stage, Duration> stages() {
    Map<Stage, Duration> totals = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      totals.put(stage, representer.stageTimes().total(stage));
    }
    return totals;
  }
}
