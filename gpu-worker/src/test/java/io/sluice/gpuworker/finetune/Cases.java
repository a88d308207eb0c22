package io.sluice.gpuworker.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.file.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The model, the settings and the examples of the reference's small training run, and shortcuts to
 * train with them.
 */
final class Cases {
  /** The hyper-parameters of the reference's training run. */
  static final TrainingHyperParameters REFERENCE =
      TrainingHyperParameters.DEFAULT
          .withEpochs(4)
          .withBatch(12)
          .withLearningRate(2e-3)
          .withMaxLength(256);

  static final FineTuneMethod.NewAdapter ADAPTER =
      new FineTuneMethod.NewAdapter(8, 32, 0, Set.of());
  static final TrainingCompute TWO_THREADS = TrainingCompute.of(2, 256);

  private Cases() {}

  static Path base() {
    return GoldenData.small().resolve("tiny-llama/base");
  }

  /** The first {@code count} of the reference's candidates, encoded. */
  static List<Encoded.Example> examples(int count) {
    JsonNode encoded =
        GoldenData.json(GoldenData.small().resolve("tiny-llama/encoded.json")).path("candidates");
    List<Encoded.Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      examples.add(
          new Encoded.Example(
              GoldenData.longs(encoded.get(i).path("input_ids")),
              GoldenData.longs(encoded.get(i).path("labels"))));
    }
    return examples;
  }

  static TrainingSettings settings(FineTuneMethod method, TrainingHyperParameters hyper) {
    return new TrainingSettings(base(), method, hyper, TWO_THREADS);
  }

  /** Trains until all steps are done; fails when the run ends in another way. */
  static TrainingOutcome.Finished finish(
      TrainingSettings settings, List<Encoded.Example> examples, Checkpointing checkpointing)
      throws IOException, InterruptedException {
    return (TrainingOutcome.Finished)
        new FineTuning(settings).run(examples, checkpointing, TrainingListener.NONE);
  }

  /** The values of the tensor with the given name, row-major. */
  static float[] values(Safetensors file, String name) throws IOException {
    return file.read(name, file.shape(name));
  }
}
