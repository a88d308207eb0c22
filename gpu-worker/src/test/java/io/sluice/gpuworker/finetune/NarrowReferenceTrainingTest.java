package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.model.file.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compares the training of an adapter over a base in bfloat16 with that of the Hugging Face Trainer
 * and PEFT, from the same seed. The measure is what the rounding of the base does to the reference:
 * ours may be half as far again from its run in bfloat16, and from its run in 32 bits.
 */
class NarrowReferenceTrainingTest {
  private static final double SHARE = 1.5;
  private static final Path GOLDEN = GoldenData.small().resolve("bfloat16");
  private static final Path WIDE = GoldenData.small().resolve("tiny-llama/run/checkpoint-20");
  private static final String ADAPTER = "adapter_model.safetensors";

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = ProductType.class,
      names = {"FLOAT32", "STORED"})
  void givenABaseInBfloat16_whenTrained_thenStepsAndAdapterAreAsNearToTheReferencesAsThatIsTo32Bits(
      ProductType products) throws Exception {
    TrainingOutcome.Finished ours =
        Cases.finish(
            new TrainingSettings(
                Cases.base(),
                Cases.ADAPTER,
                Cases.REFERENCE,
                new TrainingCompute(
                    2,
                    256,
                    new DeviceChoice.Cpu(),
                    new WeightSettings(WeightType.BFLOAT16, products))),
            Cases.examples(60),
            Checkpointing.latest(folder));

    float[] trained = adapter(ours.checkpoint().resolve(ADAPTER));
    float[] narrow = GoldenData.floats(GOLDEN.resolve("training-adapter.npy"));
    float[] wide = adapter(WIDE.resolve(ADAPTER));
    double roundings = GoldenData.relativeError(narrow, wide);
    assertThat(roundings).isBetween(1e-3, 0.02);
    assertThat(GoldenData.relativeError(trained, narrow)).isLessThan(SHARE * roundings);
    assertThat(GoldenData.relativeError(trained, wide)).isLessThan(SHARE * roundings);

    float[] losses = new float[ours.log().size()];
    for (int step = 0; step < losses.length; step++) {
      losses[step] = (float) ours.log().get(step).loss();
    }
    float[] narrowLosses = GoldenData.floats(GOLDEN.resolve("training-losses.npy"));
    double ofLosses = GoldenData.relativeError(narrowLosses, lossesOf32Bits());
    assertThat(ofLosses).isBetween(1e-5, 1e-3);
    assertThat(GoldenData.relativeError(losses, narrowLosses)).isLessThan(SHARE * ofLosses);
    assertThat(GoldenData.relativeError(losses, lossesOf32Bits())).isLessThan(SHARE * ofLosses);
  }

  private static float[] lossesOf32Bits() {
    JsonNode log = GoldenData.json(WIDE.resolve("trainer_state.json")).path("log_history");
    float[] losses = new float[20];
    for (int step = 0; step < losses.length; step++) {
      losses[step] = (float) log.get(step).path("loss").asDouble();
    }
    return losses;
  }

  /** The parameters of an adapter one after another, in the order of their names. */
  private static float[] adapter(Path path) throws IOException {
    Safetensors file = Safetensors.open(path);
    float[] all = new float[0];
    for (String name : new TreeSet<>(file.names())) {
      float[] values = Cases.values(file, name);
      float[] longer = Arrays.copyOf(all, all.length + values.length);
      System.arraycopy(values, 0, longer, all.length, values.length);
      all = longer;
    }
    return all;
  }
}
