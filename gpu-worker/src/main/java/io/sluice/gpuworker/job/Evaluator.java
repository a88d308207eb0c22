package io.sluice.gpuworker.job;

import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Evaluates models by their losses on examples. */
public interface Evaluator {
  /**
   * The mean loss over each set of examples, in nats per token. The model is loaded once for all
   * sets. Blocks.
   *
   * @param trained folder of a trained model: an adapter for the base model, or a complete model;
   *     empty for the base model
   * @param sets one or more sets, each with at least one example
   * @param text how the examples become tokens
   * @return one loss per set, in order
   * @throws JobFailedException when the model cannot be evaluated
   * @throws IOException when a file cannot be read
   * @throws InterruptedException when interrupted
   */
  List<MeanLoss> losses(Optional<Path> trained, List<List<Query>> sets, TextSettings text)
      throws JobFailedException, IOException, InterruptedException;
}
