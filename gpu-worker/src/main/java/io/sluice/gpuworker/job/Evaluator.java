package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Tells how well a model predicts examples. */
public interface Evaluator {
  /**
   * The mean loss over each of some sets of examples; the model is loaded once.
   *
   * @param trained folder of a trained model: an adapter on the base model, or a whole model; empty
   *     for the base model
   * @param sets each of at least one example
   * @param maxLength tokens after which prompt and answer are cut, each
   * @return of each set, in order
   * @throws JobFailedException when the model cannot be evaluated
   * @throws IOException when a file cannot be read
   * @throws InterruptedException when interrupted
   */
  List<MeanLoss> losses(Optional<Path> trained, List<List<Query>> sets, int maxLength)
      throws JobFailedException, IOException, InterruptedException;
}
