package io.sluice.gpuworker.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The run that the Hugging Face Trainer made with PEFT, taken from the same seed. */
@ExtendWith(ConstantCollection.class)
class ReferenceTrainingTest {
  private static final double LOSS = 2e-6;
  private static final double NORM = 1e-4;
  private static final double WEIGHTS = 1e-4;
  private static final double MOMENTS = 1e-3;

  @ParameterizedTest
  @CsvSource({"build,'5,20'", "shared,'5,10,15,20'"})
  void givenTheReferencesSettings_whenTrained_thenEachStepAndCheckpointAreTheReferences(
      String where, String steps, @TempDir Path folder) throws Exception {
    Path run = GoldenData.gradients(where).resolve("tiny-llama/run");

    TrainingOutcome.Finished finished =
        Cases.finish(
            Cases.settings(Cases.ADAPTER, Cases.REFERENCE),
            Cases.examples(60),
            Checkpointing.eachEpoch(folder));

    SoftAssertions soft = new SoftAssertions();
    JsonNode log =
        GoldenData.json(run.resolve("checkpoint-20/trainer_state.json")).path("log_history");
    assertThat(finished.log()).hasSize(log.size());
    for (StepLog ours : finished.log()) {
      JsonNode theirs = log.get(ours.step() - 1);
      String step = "step " + ours.step();
      double loss = theirs.path("loss").asDouble();
      double norm = theirs.path("grad_norm").asDouble();
      soft.assertThat(ours.epoch()).as(step).isEqualTo(theirs.path("epoch").asDouble());
      soft.assertThat(ours.learningRate())
          .as(step)
          .isCloseTo(theirs.path("learning_rate").asDouble(), within(1e-15));
      soft.assertThat(ours.loss()).as(step).isCloseTo(loss, within(LOSS * loss));
      soft.assertThat(ours.gradientNorm()).as(step).isCloseTo(norm, within(NORM * norm));
    }
    for (String step : steps.split(",")) {
      String name = "checkpoint-" + step;
      same(soft, folder.resolve(name), run.resolve(name), "adapter_model.safetensors", WEIGHTS);
      same(soft, folder.resolve(name), run.resolve(name), "optimizer_state.safetensors", MOMENTS);
    }
    soft.assertAll();
  }

  /** All tensors of one are those of the other. */
  private static void same(
      SoftAssertions soft, Path ours, Path theirs, String file, double tolerance)
      throws IOException {
    assertThat(Files.exists(ours.resolve(file))).isTrue();
    Safetensors actual = Safetensors.open(ours.resolve(file));
    Safetensors expected = Safetensors.open(theirs.resolve(file));
    assertThat(actual.names()).isEqualTo(expected.names());
    for (String name : expected.names()) {
      soft.assertThat(actual.shape(name)).as(name).isEqualTo(expected.shape(name));
      soft.assertThat(
              GoldenData.relativeError(Cases.values(actual, name), Cases.values(expected, name)))
          .as("%s of %s", name, ours.getFileName())
          .isLessThan(tolerance);
    }
  }
}
