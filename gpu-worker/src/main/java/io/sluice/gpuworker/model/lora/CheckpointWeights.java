package io.sluice.gpuworker.model.lora;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * How much each warm-up checkpoint counts in the similarity: the mean learning rate of the epoch
 * that it ends, over the sum of all (LESS, section 3.1; Xia et al., ICML 2024).
 */
public final class CheckpointWeights {
  /** Trainers print 0.9999 for an epoch's last step when batches do not divide the data. */
  private static final double ROUNDING = 1e-6;

  private static final String STATE = "trainer_state.json";

  private CheckpointWeights() {}

  /**
   * Weights from the {@code trainer_state.json} of the latest checkpoint.
   *
   * @param checkpoints checkpoints of one run
   * @return a weight a checkpoint, in the given order; sum 1
   * @throws UnusableModelException when a file is missing or logs no learning rate for an epoch
   */
  public static float[] read(List<Path> checkpoints) throws IOException {
    List<JsonFile> states = new ArrayList<>();
    for (Path checkpoint : checkpoints) {
      states.add(
          JsonFile.read(
              UnusableModelException.required(
                  checkpoint, STATE, "it holds the learning rates; keep it with the checkpoint")));
    }
    JsonFile last =
        states.stream()
            .max(Comparator.comparingInt(state -> state.root().path("global_step").asInt()))
            .orElseThrow(() -> new IllegalArgumentException("no checkpoint"));
    double[] rates = new double[states.size()];
    double sum = 0;
    for (int c = 0; c < rates.length; c++) {
      rates[c] = meanRate(last, epoch(states.get(c).number("epoch")));
      sum += rates[c];
    }
    if (!(sum > 0)) {
      throw new UnusableModelException(last.path() + " logs learning rates of 0 only: train again");
    }
    float[] weights = new float[rates.length];
    for (int c = 0; c < rates.length; c++) {
      weights[c] = (float) (rates[c] / sum);
    }
    return weights;
  }

  /**
   * As {@link #read}, but equal weights where no checkpoint is more than a bare adapter, which has
   * no {@code trainer_state.json}.
   */
  public static float[] readOrEqual(List<Path> checkpoints) throws IOException {
    if (checkpoints.stream().anyMatch(folder -> Files.exists(folder.resolve(STATE)))) {
      return read(checkpoints);
    }
    float[] weights = new float[checkpoints.size()];
    Arrays.fill(weights, 1f / weights.length);
    return weights;
  }

  /** Epochs count from 1, and a moment that ends one belongs to it. */
  private static int epoch(double moment) {
    return Math.max(1, (int) Math.ceil(moment - ROUNDING));
  }

  private static double meanRate(JsonFile state, int epoch) throws UnusableModelException {
    return StreamSupport.stream(state.root().path("log_history").spliterator(), false)
        .filter(
            entry -> entry.has("learning_rate") && epoch(entry.path("epoch").asDouble()) == epoch)
        .map(entry -> entry.path("learning_rate"))
        .mapToDouble(JsonNode::asDouble)
        .average()
        .orElseThrow(
            () ->
                new UnusableModelException(
                    state.path()
                        + " logs no learning rate for epoch "
                        + epoch
                        + ": train with logging_steps 1"));
  }
}
