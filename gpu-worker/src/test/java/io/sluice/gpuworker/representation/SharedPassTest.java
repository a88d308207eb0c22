package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.GradientEngine;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import io.sluice.schemas.FeatureEncoding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Examples that share a pass, against each of them alone. */
@ExtendWith(ConstantCollection.class)
class SharedPassTest {
  private static final double SAME = 1e-5;
  private static final int PASSES = 4;
  private static final int LONGEST = 90;

  @ParameterizedTest
  @CsvSource({
    "arch/tiny-llama32, adapter, adapter",
    "arch/tiny-qwen2, adapter, adapter",
    "arch/tiny-qwen3, adapter, adapter",
    "arch/tiny-smollm3, adapter, adapter",
    "arch/tiny-olmo3, adapter, adapter",
    "arch/tiny-olmo2, adapter, adapter",
    "arch/tiny-gemma2, adapter, adapter",
    "arch/tiny-gemma3, adapter, adapter",
    "arch/tiny-phi3, adapter, adapter",
    "arch/tiny-granite, adapter, adapter",
    "tiny-llama, run/checkpoint-5, run/checkpoint-20"
  })
  void givenRandomExamples_whenTheyShareAPass_thenLossesAndGradientsAreThoseOfEachAlone(
      String model, String first, String second) throws IOException {
    Path golden = GoldenData.small().resolve(model);
    List<LoraCheckpoint> checkpoints =
        List.of(
            LoraCheckpoint.open(golden.resolve(first)),
            LoraCheckpoint.open(golden.resolve(second)));
    Random random = new Random(model.hashCode());
    try (Torch torch = Torch.open()) {
      Decoder decoder =
          Decoder.load(
              torch.manager(),
              DecoderConfig.read(golden.resolve("base")),
              DecoderWeights.open(torch.manager(), golden.resolve("base")),
              LONGEST);
      LoraStack adapters = LoraStack.load(torch.manager(), decoder, checkpoints);
      GradientEngine keeping =
          new GradientEngine(torch.manager(), decoder, adapters, pass -> false);
      GradientEngine recomputing =
          new GradientEngine(torch.manager(), decoder, adapters, pass -> true);
      for (int pass = 0; pass < PASSES; pass++) {
        List<Encoded.Example> examples = examples(random, decoder.vocabulary());
        List<GradientEngine.Result> alone = examples.stream().map(keeping::compute).toList();
        same(keeping.compute(examples), alone);
        same(recomputing.compute(examples), alone);
      }
    }
  }

  private static void same(List<GradientEngine.Result> actual, List<GradientEngine.Result> alone) {
    assertThat(actual).hasSameSizeAs(alone);
    for (int e = 0; e < alone.size(); e++) {
      for (int c = 0; c < 2; c++) {
        float loss = alone.get(e).losses()[c];
        assertThat(actual.get(e).losses()[c]).isCloseTo(loss, within((float) SAME * loss));
        assertThat(
                GoldenData.relativeError(actual.get(e).gradients()[c], alone.get(e).gradients()[c]))
            .as("example %d of %d, checkpoint %d", e, alone.size(), c)
            .isLessThan(SAME);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "arch/tiny-llama32, WEIGHTED_MEAN",
    "arch/tiny-olmo3, MEAN",
    "arch/tiny-gemma2, WEIGHTED_MEAN",
    "arch/tiny-gemma3, WEIGHTED_MEAN",
    "arch/tiny-phi3, MEAN",
    "arch/tiny-granite, WEIGHTED_MEAN"
  })
  void givenRandomExamples_whenTheyShareAPass_thenHiddenStatesAreThoseOfEachAlone(
      String model, StatePooling pooling) throws IOException {
    RepresentationSettings settings =
        new RepresentationSettings(
            RepresentationKind.HIDDEN_STATE,
            GradientForm.PLAIN,
            Optional.of(GoldenData.small().resolve(model).resolve("base")),
            List.of(),
            new Projection.None(),
            TextSettings.reference(LONGEST),
            Prompts.OF_MODEL,
            pooling,
            WeightSettings.DEFAULT);
    Random random = new Random(model.hashCode());
    try (Torch torch = Torch.open()) {
      HiddenStateVectors vectors =
          HiddenStateVectors.open(
              settings,
              new ComputeDevice(torch, pass -> false, FeatureEncoding.FLOAT32, new StageTimes()));
      for (int pass = 0; pass < PASSES; pass++) {
        List<Encoded.Example> examples = examples(random, vectors.vocabulary());
        List<float[][]> together = vectors.of(examples, ExampleRole.CANDIDATE);
        for (int e = 0; e < examples.size(); e++) {
          float[][] alone = vectors.of(List.of(examples.get(e)), ExampleRole.CANDIDATE).get(0);
          assertThat(GoldenData.relativeError(together.get(e)[0], alone[0])).isLessThan(SAME);
        }
      }
    }
  }

  /** Two to six examples of any lengths, with any tokens learnt but the first. */
  private static List<Encoded.Example> examples(Random random, int vocabulary) {
    return IntStream.range(0, 2 + random.nextInt(5))
        .mapToObj(i -> example(random, vocabulary))
        .toList();
  }

  private static Encoded.Example example(Random random, int vocabulary) {
    long[] ids = random.longs(2 + random.nextInt(LONGEST - 1), 0, vocabulary).toArray();
    long[] labels = new long[ids.length];
    Arrays.fill(labels, Encoded.UNLEARNT);
    int learnt = 1 + random.nextInt(ids.length - 1);
    for (int i = 0; i < learnt; i++) {
      int position = 1 + random.nextInt(ids.length - 1);
      labels[position] = ids[position];
    }
    return new Encoded.Example(ids, labels);
  }
}
