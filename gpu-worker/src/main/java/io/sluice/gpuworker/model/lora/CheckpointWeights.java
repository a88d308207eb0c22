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
 * The weight of each warm-up checkpoint in the similarity: the mean learning rate of the epoch that
 * the checkpoint belongs to, divided by the sum over all checkpoints (LESS, section 3.1; Xia et
 * al., ICML 2024).
 */
public final class CheckpointWeights {
  /**
   * Tolerance for epochs such as 1.0000001, which are the last step of epoch 1 plus a rounding
   * error.
   */
  private static final double ROUNDING = 1e-6;

  private static final String STATE = "trainer_state.json";

  private CheckpointWeights() {}

  /**
   * Computes the weights from the {@code trainer_state.json} of the latest checkpoint.
   *
   * @param checkpoints the folders of checkpoints of one run
   * @return one weight per checkpoint, in the given order; they add up to 1
   * @throws UnusableModelException when a file is missing, no learning rate is logged for an epoch,
   *     one is not a finite number of at least 0, or all are 0
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
      throw new UnusableModelException(
          last.path() + " logs only learning rates of 0: train again with a higher rate");
    }
    float[] weights = new float[rates.length];
    for (int c = 0; c < rates.length; c++) {
      weights[c] = (float) (rates[c] / sum);
    }
    return weights;
  }

  /**
   * Computes the weights like {@link #read}; returns equal weights if no checkpoint has a {@code
   * trainer_state.json}, that is, if all are plain adapters.
   */
  public static float[] readOrEqual(List<Path> checkpoints) throws IOException {
    if (checkpoints.stream().anyMatch(folder -> Files.exists(folder.resolve(STATE)))) {
      return read(checkpoints);
    }
    float[] weights = new float[checkpoints.size()];
    Arrays.fill(weights, 1f / weights.length);
    return weights;
  }

  /** The epoch, from 1, of a logged fractional epoch; a whole number is the end of that epoch. */
  private static int epoch(double logged) {
    return Math.max(1, (int) Math.ceil(logged - ROUNDING));
  }

  private static double meanRate(JsonFile state, int epoch) throws UnusableModelException {
    for (JsonNode entry : state.root().path("log_history")) {
      JsonNode rate = entry.path("learning_rate");
      if (!rate.isMissingNode()
          && !(rate.isNumber() && rate.doubleValue() >= 0 && Double.isFinite(rate.doubleValue()))) {
        throw state.unusable(
            "log_history has the learning_rate " + rate.asText() + ", not a number of at least 0",
            "get an intact copy of the file");
      }
    }
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
