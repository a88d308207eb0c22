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
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checks that the garbage collector never frees native memory that a computation still uses. */
class GarbageCollectionTest {
  private static final int RUNS = 10;

  @Test
  void givenConstantGarbageCollection_whenGradientsAreComputed_thenTheyAreBitwiseEqual()
      throws Exception {
    Path run = GoldenData.small().resolve("tiny-llama");
    try (Torch torch = Torch.open()) {
      GradientEngine engine = engine(torch, run);
      Encoded.Example example = example(run);
      GradientEngine.Result calm = engine.compute(example);
      try (ConstantCollection.Collector collector = ConstantCollection.Collector.begin()) {
        for (int i = 0; i < RUNS || collector.collections() < RUNS; i++) {
          GradientEngine.Result result = engine.compute(example);
          assertThat(result.losses()).as("losses of run %d", i).isEqualTo(calm.losses());
          assertThat(result.gradients()[0]).as("run %d", i).isEqualTo(calm.gradients()[0]);
          assertThat(result.gradients()[1]).as("run %d", i).isEqualTo(calm.gradients()[1]);
        }
      }
    }
  }

  private static GradientEngine engine(Torch torch, Path run) throws IOException {
    List<LoraCheckpoint> checkpoints =
        List.of(
            LoraCheckpoint.open(run.resolve("run/checkpoint-5")),
            LoraCheckpoint.open(run.resolve("run/checkpoint-20")));
    Decoder decoder =
        Decoder.load(
            torch.manager(),
            DecoderConfig.read(run.resolve("base")),
            DecoderWeights.open(
                torch.manager(), run.resolve("base"), checkpoints.get(0).replacements()),
            256);
    return new GradientEngine(
        torch.manager(),
        decoder,
        LoraStack.load(torch.manager(), decoder, checkpoints),
        pass -> false);
  }

  private static Encoded.Example example(Path run) {
    JsonNode encoded = GoldenData.json(run.resolve("encoded.json")).path("candidates").get(0);
    return new Encoded.Example(
        GoldenData.longs(encoded.path("input_ids")), GoldenData.longs(encoded.path("labels")));
  }
}
