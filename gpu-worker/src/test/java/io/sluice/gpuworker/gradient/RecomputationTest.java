package io.sluice.gpuworker.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(ConstantCollection.class)
class RecomputationTest {
  private static final int POSITIONS = 256;
  private static final int EXAMPLES = 2;

  @ParameterizedTest
  @CsvSource({
    "arch/tiny-llama32, adapter, adapter",
    "arch/tiny-qwen2, adapter, adapter",
    "arch/tiny-qwen3, adapter, adapter",
    "arch/tiny-smollm3, adapter, adapter",
    "arch/tiny-olmo3, adapter, adapter",
    "arch/tiny-gemma2, adapter, adapter",
    "arch/tiny-phi3, adapter, adapter",
    "arch/tiny-granite, adapter, adapter",
    "tiny-llama, run/checkpoint-5, run/checkpoint-20"
  })
  void givenAModel_whenPartsAreRecomputedInTheBackwardPass_thenLossesAndGradientsAreTheSame(
      String model, String first, String second) throws IOException {
    Path golden = GoldenData.small().resolve(model);
    List<LoraCheckpoint> checkpoints =
        List.of(
            LoraCheckpoint.open(golden.resolve(first)),
            LoraCheckpoint.open(golden.resolve(second)));
    try (Torch torch = Torch.open()) {
      Decoder decoder =
          Decoder.load(
              torch.manager(),
              DecoderConfig.read(golden.resolve("base")),
              DecoderWeights.open(torch.manager(), golden.resolve("base")),
              POSITIONS);
      LoraStack adapters = LoraStack.load(torch.manager(), decoder, checkpoints);
      GradientEngine keeping =
          new GradientEngine(torch.manager(), decoder, adapters, pass -> false);
      GradientEngine recomputing =
          new GradientEngine(torch.manager(), decoder, adapters, pass -> true);
      for (Encoded.Example example : examples(golden)) {
        GradientEngine.Result expected = keeping.compute(example);
        GradientEngine.Result actual = recomputing.compute(example);
        assertThat(actual.losses()).isEqualTo(expected.losses());
        for (int c = 0; c < 2; c++) {
          assertThat(actual.gradients()[c]).hasSameSizeAs(expected.gradients()[c]);
          assertThat(GoldenData.relativeError(actual.gradients()[c], expected.gradients()[c]))
              .isLessThan(1e-6);
        }
      }
    }
  }

  private static List<Encoded.Example> examples(Path golden) {
    JsonNode lists =
        golden.getFileName().toString().equals("tiny-llama")
            ? GoldenData.json(golden.resolve("encoded.json")).path("candidates")
            : GoldenData.json(golden.resolve("examples.json"));
    List<Encoded.Example> examples = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      examples.add(
          new Encoded.Example(
              GoldenData.longs(lists.get(i).path("input_ids")),
              GoldenData.longs(lists.get(i).path("labels"))));
    }
    return examples;
  }
}
