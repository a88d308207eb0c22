package io.sluice.gpuworker.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes the log of a run as a {@code trainer_state.json} with the field names of the
 * Hugging Face Trainer.
 */
final class TrainerState {
  private static final String FILE = "trainer_state.json";

  private TrainerState() {}

  /**
   * Writes the file.
   *
   * @param folder the folder of the checkpoint
   * @param log all steps done so far, at least one
   * @param steps the number of steps of the whole run
   */
  static void write(Path folder, List<StepLog> log, int steps, TrainingHyperParameters hyper)
      throws IOException {
    StepLog last = log.get(log.size() - 1);
    ObjectNode state =
        JsonNodeFactory.instance
            .objectNode()
            .put("epoch", last.epoch())
            .put("global_step", last.step());
    ArrayNode history = state.putArray("log_history");
    for (StepLog step : log) {
      history
          .addObject()
          .put("epoch", step.epoch())
          .put("grad_norm", step.gradientNorm())
          .put("learning_rate", step.learningRate())
          .put("loss", step.loss())
          .put("step", step.step());
    }
    state
        .put("logging_steps", 1)
        .put("max_steps", steps)
        .put("num_train_epochs", hyper.epochs())
        .put("train_batch_size", hyper.batch());
    ModelFiles.writeJson(folder.resolve(FILE), state);
  }

  /** Reads the steps logged in the file of a checkpoint's folder. */
  static List<StepLog> read(Path folder) throws IOException {
    JsonNode state = new ObjectMapper().readTree(Files.readString(folder.resolve(FILE)));
    List<StepLog> log = new ArrayList<>();
    for (JsonNode step : state.path("log_history")) {
      log.add(
          new StepLog(
              step.path("step").asInt(),
              step.path("epoch").asDouble(),
              step.path("loss").asDouble(),
              step.path("grad_norm").asDouble(),
              step.path("learning_rate").asDouble()));
    }
    return log;
  }
}
