package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.Text;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import java.util.List;

/**
 * Turns examples into the vectors that stand for them, one vector a checkpoint; kinds without
 * checkpoints count as having one.
 *
 * <p>Deterministic up to the last bits: how examples are batched may move them. Not thread-safe:
 * one thread uses it at a time.
 */
public interface Representer extends AutoCloseable {
  /** Hash, in hex, of all that shapes the vectors: equal fingerprints, comparable vectors. */
  String fingerprint();

  /** Values a checkpoint, after projection. */
  int dimension();

  /** Vectors an example. */
  int checkpoints();

  /** The weight of each checkpoint in the similarity: {@link #checkpoints} values, sum 1. */
  float[] checkpointWeights();

  /** Where it computes, for people: {@code cpu} or {@code gpu(0)}. */
  String device();

  /**
   * Represents examples.
   *
   * @param role what all of them are represented as, whatever their form
   * @return one outcome an example, in order
   */
  List<Outcome> represent(List<? extends Text> examples, ExampleRole role);

  /**
   * Represents candidates.
   *
   * @return one outcome a candidate, in order
   */
  default List<Outcome> candidates(List<Candidate> candidates) {
    return represent(
        candidates.stream()
            .<Text>map(candidate -> new Text.Conversation(candidate.getMessages()))
            .toList(),
        ExampleRole.CANDIDATE);
  }

  /**
   * Represents queries.
   *
   * @return one outcome a query, in order
   */
  default List<Outcome> queries(List<Query> queries) {
    return represent(
        queries.stream().<Text>map(query -> new Text.Question(query.getMessages())).toList(),
        ExampleRole.QUERY);
  }

  @Override
  void close();

  /** What became of one example. */
  sealed interface Outcome {}

  /**
   * The example's vectors.
   *
   * @param rows shape [checkpoints, dimension], each row of unit L2 norm
   * @param tokens tokens of the example after cutting to the length limit
   */
  record Represented(float[][] rows, int tokens) implements Outcome {}

  /**
   * The example has no representation.
   *
   * @param reason why, for people
   */
  record Unusable(String reason) implements Outcome {}
}
