package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.model.file.Safetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training and evaluation with the base model's weights in 16 bits. */
class NarrowTrainingTest {
  private static final String ADAPTER_FILE = "adapter_model.safetensors";

  /** Relative L2 distance; bfloat16 has 8 bits of precision. */
  private static final double ROUNDING = 0.05;

  /** The first steps of Adam follow signs, of which some are those of rounding errors. */
  private static final double OF_SIGNS = 0.5;

  @TempDir private Path folder;

  @Test
  void givenNarrowWeights_whenAnAdapterIsTrained_thenItIsCloseToThatOfWideOnesAndNotEqual()
      throws Exception {
    float[] wide = trained(WeightSettings.DEFAULT, "wide");
    float[] widened =
        trained(new WeightSettings(WeightType.BFLOAT16, ProductType.FLOAT32), "widened");
    float[] stored = trained(new WeightSettings(WeightType.BFLOAT16, ProductType.STORED), "stored");

    assertThat(distance(wide, widened)).isBetween(1e-6, OF_SIGNS);
    assertThat(distance(wide, stored)).isBetween(1e-6, OF_SIGNS);
    assertThat(distance(widened, stored)).isGreaterThan(1e-6);
  }

  @Test
  void givenNarrowWeights_whenEvaluated_thenTheLossesAreCloseToThoseOfWideOnes() throws Exception {
    List<Double> wide = losses(WeightSettings.DEFAULT);
    List<Double> narrow = losses(new WeightSettings(WeightType.BFLOAT16, ProductType.STORED));
    for (int i = 0; i < wide.size(); i++) {
      assertThat(narrow.get(i) / wide.get(i)).isBetween(1 - ROUNDING, 1 + ROUNDING);
    }
    assertThat(narrow).isNotEqualTo(wide);
  }

  @Test
  void givenNarrowWeights_whenAllOfThemAreToBeTrained_thenTheTypeIsRefused() {
    WeightSettings narrow = new WeightSettings(WeightType.BFLOAT16, ProductType.AUTO);
    assertThatThrownBy(() -> run(new FineTuneMethod.AllWeights(), narrow, "full"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("dtype bfloat16", "float32", "adapter");
  }

  @Test
  void givenARunWithWideWeights_whenContinuedWithNarrowOnes_thenItIsAnotherRun() throws Exception {
    run(Cases.ADAPTER, WeightSettings.DEFAULT, "run");
    WeightSettings narrow = new WeightSettings(WeightType.BFLOAT16, ProductType.STORED);
    assertThatThrownBy(() -> run(Cases.ADAPTER, narrow, "run")).hasMessageContaining("another run");
  }

  @ParameterizedTest
  @EnumSource(names = {"STORED", "FLOAT32"})
  void givenARunThatBegan_whenContinuedWithAuto_thenItGoesOnAsItBegan(ProductType began)
      throws Exception {
    TrainingOutcome.Finished first =
        run(Cases.ADAPTER, new WeightSettings(WeightType.BFLOAT16, began), "run");

    assertThat(run(Cases.ADAPTER, new WeightSettings(WeightType.BFLOAT16, ProductType.AUTO), "run"))
        .as("whatever a measurement would say")
        .isEqualTo(first);
  }

  private float[] trained(WeightSettings weights, String name) throws Exception {
    TrainingOutcome.Finished run = run(Cases.ADAPTER, weights, name);
    Safetensors file = Safetensors.open(run.checkpoint().resolve(ADAPTER_FILE));
    String first =
        file.names().stream()
            .filter(each -> each.contains("lora_B"))
            .sorted()
            .findFirst()
            .orElseThrow();
    return Cases.values(file, first);
  }

  private TrainingOutcome.Finished run(FineTuneMethod method, WeightSettings weights, String name)
      throws Exception {
    return Cases.finish(
        new TrainingSettings(
            Cases.base(),
            method,
            TrainingHyperParameters.DEFAULT.withEpochs(2).withBatch(4).withMaxLength(256),
            compute(weights)),
        Cases.examples(8),
        Checkpointing.latest(folder.resolve(name)));
  }

  private static List<Double> losses(WeightSettings weights) throws Exception {
    return new Evaluation(Cases.base(), Optional.empty(), compute(weights))
        .of(Cases.examples(4))
        .each();
  }

  private static TrainingCompute compute(WeightSettings weights) {
    return new TrainingCompute(2, 256, new DeviceChoice.Cpu(), weights);
  }

  private static double distance(float[] one, float[] other) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < one.length; i++) {
      difference += Math.pow(one[i] - other[i], 2);
      norm += Math.pow(one[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}
