package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.ModelInput;
import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.representation.memory.TextRoom;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The model of a {@link RepresentationKind}, loaded on the devices of this machine. Thread-safe.
 *
 * @param <E> the input of the model
 */
interface LoadedModel<E extends ModelInput> extends AutoCloseable {
  /** Loads a model. */
  @FunctionalInterface
  interface Opener {
    /**
     * Loads the files that the settings name, and runs the self-tests.
     *
     * @param times collects the time of each stage
     * @throws IOException when a file is missing or unusable, or a self-test fails; the message
     *     names it and says what to do
     */
    LoadedModel<?> open(RepresentationSettings settings, ComputeSettings compute, StageTimes times)
        throws IOException;
  }

  /** Turns an example into the input of the model. */
  Prepared<E> prepare(Text text);

  /** The lanes that compute the vectors, at least one; closed with the model. */
  List<Lane<E>> lanes();

  /** How examples are divided into passes. */
  Passes passes();

  /** Which texts fit into the memory; empty if it is not estimated. */
  default Optional<TextRoom> room() {
    return Optional.empty();
  }

  /** See {@link Representer#textForm}. */
  String textForm();

  /** See {@link Representer#tokenizer}. */
  String tokenizer();

  /** Adds what the input of the model depends on, and the files of the model. */
  void describe(Fingerprint fingerprint) throws IOException;

  /** Frees the memory of the model. */
  @Override
  void close();
}
