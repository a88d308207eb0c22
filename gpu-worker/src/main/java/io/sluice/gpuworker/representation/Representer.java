package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.device.DeviceFaults;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Computes the vectors that stand for examples, one vector per checkpoint. A kind of representation
 * without checkpoints is treated as having one.
 *
 * <p>Deterministic, except that batching examples differently may change the last bits. Not
 * thread-safe: only one thread may use it at a time.
 */
public interface Representer extends AutoCloseable {
  /**
   * A hexadecimal hash of everything that the vectors depend on. Vectors can be compared when their
   * fingerprints are equal.
   */
  String fingerprint();

  /**
   * How the messages of examples become text, see {@link
   * io.sluice.gpuworker.gradient.ExampleEncoder#textForm}. It is part of the fingerprint.
   */
  String textForm();

  /**
   * Hash of the tokenizer, see {@link io.sluice.gpuworker.model.Tokens#hash}. The fingerprint
   * covers the files of the tokenizer.
   */
  String tokenizer();

  /** The number of values of each vector, after projection. */
  int dimension();

  /** The number of vectors per example. */
  int checkpoints();

  /** The weight of each checkpoint in the similarity: {@link #checkpoints} values that sum to 1. */
  float[] checkpointWeights();

  /**
   * The devices that it computes on, for display, such as {@code cpu} or {@code gpu(0), gpu(1)}.
   */
  String device();

  /** The errors that its devices have had so far, by device; any thread may ask. */
  default List<DeviceFaults> faults() {
    return List.of();
  }

  /**
   * Represents examples. Blocks until all are done.
   *
   * @param role the role in which all of them are represented, whatever their form
   * @return one outcome per example, in the order of the examples
   * @throws io.sluice.gpuworker.device.DeviceFailure when a device fails in a way that this process
   *     cannot repair
   * @throws IllegalStateException when the engine fails, or the calling thread is interrupted
   */
  List<Outcome> represent(List<? extends Text> examples, ExampleRole role);

  /**
   * Represents candidates, see {@link #represent}.
   *
   * @return one outcome per candidate, in the order of the candidates
   */
  default List<Outcome> candidates(List<Candidate> candidates) {
    return represent(
        candidates.stream().map(Text.Conversation::of).toList(), ExampleRole.CANDIDATE);
  }

  /**
   * Represents queries, see {@link #represent}.
   *
   * @return one outcome per query, in the order of the queries
   */
  default List<Outcome> queries(List<Query> queries) {
    return represent(queries.stream().map(Text.Question::of).toList(), ExampleRole.QUERY);
  }

  /** Stops computing and frees the memory of the model. */
  @Override
  void close();

  /** The outcome of representing one example. */
  sealed interface Outcome {}

  /**
   * The example has a representation.
   *
   * @param rows its vectors, shape [checkpoints, dimension], each row of unit L2 norm
   * @param tokens the number of tokens of the example after truncation to the length limit
   * @param uncutTokens the number of tokens of the whole example
   * @param tokensHash equal for examples that tokenize alike, see {@link
   *     io.sluice.gpuworker.gradient.Encoded.Example#hash}; not to be modified
   * @param learntTokens the number of tokens after truncation whose prediction counts in the loss
   */
  record Represented(
      float[][] rows, int tokens, int uncutTokens, ByteBuffer tokensHash, int learntTokens)
      implements Outcome {}

  /**
   * The example has no representation.
   *
   * @param reason why not, as a phrase for people
   */
  record Unusable(String reason) implements Outcome {}
}
