package io.sluice.gpuworker.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.Replacements;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Comparison with transformers and PEFT, for a small random model of each architecture whose base
 * is in bfloat16.
 *
 * <p>Correct computations in bfloat16 round at different places. The measure is therefore what the
 * rounding does to the reference: the distance of its gradient from the one with a base in 32 bits.
 * Ours may be half as far again from either of the two.
 */
@ExtendWith(ConstantCollection.class)
class NarrowArchitectureTest {
  private static final double SHARE = 1.5;
  private static final double LOSS = 0.01;
  private static final int POSITIONS = 256;

  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama32",
    "build,tiny-qwen2",
    "build,tiny-qwen3",
    "build,tiny-smollm3",
    "build,tiny-olmo3",
    "build,tiny-olmo2",
    "build,tiny-gemma2",
    "build,tiny-gemma3",
    "build,tiny-phi3",
    "build,tiny-granite",
    "shared,tiny-mistral"
  })
  void givenABaseInBfloat16_whenComputed_thenTheGradientIsAsNearToTheReferencesAsThatIsTo32Bits(
      String where, String model) throws IOException {
    Path golden = GoldenData.architectures(where).resolve(model);
    Path narrow = GoldenData.small().resolve("bfloat16");
    float[] theirs = GoldenData.floats(narrow.resolve(model + "-gradient.npy"));
    float[] wide =
        GoldenData.row(GoldenData.floats(golden.resolve("grads_raw.npy")), 0, theirs.length);
    double roundings = GoldenData.relativeError(theirs, wide);
    assertThat(roundings).isBetween(1e-3, 0.2);
    float theirLoss = GoldenData.floats(narrow.resolve(model + "-losses.npy"))[0];
    for (ProductType products : List.of(ProductType.FLOAT32, ProductType.STORED)) {
      GradientEngine.Result ours = compute(golden, products);
      assertThat(ours.losses()[0] / theirLoss - 1.0)
          .as("loss, %s", products)
          .isBetween(-LOSS, LOSS);
      assertThat(GoldenData.relativeError(ours.gradients()[0], theirs))
          .as("distance from the reference, %s", products)
          .isLessThan(SHARE * roundings);
      assertThat(GoldenData.relativeError(ours.gradients()[0], wide))
          .as("distance from 32 bits, %s", products)
          .isLessThan(SHARE * roundings);
    }
  }

  private static GradientEngine.Result compute(Path golden, ProductType products)
      throws IOException {
    try (Torch torch = Torch.open()) {
      Decoder decoder =
          Decoder.load(
              torch.manager(),
              DecoderConfig.read(golden.resolve("base")),
              DecoderWeights.open(
                  torch.manager(),
                  golden.resolve("base"),
                  Replacements.NONE,
                  new WeightSettings(WeightType.BFLOAT16, products)),
              POSITIONS);
      LoraStack adapters =
          LoraStack.load(
              torch.manager(), decoder, List.of(LoraCheckpoint.open(golden.resolve("adapter"))));
      JsonNode example = GoldenData.json(golden.resolve("examples.json")).get(0);
      return new GradientEngine(torch.manager(), decoder, adapters, pass -> decoder.widens())
          .compute(
              new Encoded.Example(
                  GoldenData.longs(example.path("input_ids")),
                  GoldenData.longs(example.path("labels"))));
    }
  }
}
