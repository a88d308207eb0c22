package io.sluice.gpuworker.trainer;

import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Tells how well a model predicts examples. */
interface Evaluator {
  /**
   * The mean loss over examples.
   *
   * @param trained folder of a trained model: an adapter on the base model, or a whole model; empty
   *     for the base model
   * @param examples at least one
   * @param maxLength tokens after which prompt and answer are cut, each
   * @throws JobFailedException when the model cannot be evaluated
   * @throws IOException when a file cannot be read
   * @throws InterruptedException when interrupted
   */
  MeanLoss loss(Optional<Path> trained, List<Query> examples, int maxLength)
      throws JobFailedException, IOException, InterruptedException;
}
