package io.sluice.gpuworker.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.Similarities;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraLayout;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Comparison with the reference, for a small random model of each architecture. */
@ExtendWith(ConstantCollection.class)
class ReferenceArchitectureTest {
  private static final double LOSS = 1e-5;
  private static final double GRADIENT = 1e-4;
  private static final double STATES = 1e-5;
  private static final int POSITIONS = 256;

  /** The first six of the nine examples are candidates; the others are queries. */
  private static final int CANDIDATES = 6;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama32,1",
    "build,tiny-qwen2,1",
    "build,tiny-qwen3,1",
    "build,tiny-smollm3,1",
    "build,tiny-olmo3,1",
    "build,tiny-olmo2,4",
    "build,tiny-gemma2,4",
    "build,tiny-gemma3,4",
    "build,tiny-phi3,4",
    "build,tiny-granite,4",
    "shared,tiny-llama32,9",
    "shared,tiny-mistral,9",
    "shared,tiny-qwen2,9",
    "shared,tiny-qwen3,9",
    "shared,tiny-smollm3,9",
    "shared,tiny-olmo3,9"
  })
  void givenAnArchitecture_whenExamplesAreComputed_thenLossesAndGradientsEqualTheReferences(
      String where, String model, int count) throws IOException {
    equalsTheReference(GoldenData.architectures(where).resolve(model), count);
  }

  private static void equalsTheReference(Path golden, int count) throws IOException {
    LoraCheckpoint adapter = LoraCheckpoint.open(golden.resolve("adapter"));
    JsonNode examples = GoldenData.json(golden.resolve("examples.json"));
    SoftAssertions soft = new SoftAssertions();
    try (Torch torch = Torch.open()) {
      Decoder decoder = decoder(torch, golden.resolve("base"));
      LoraStack adapters = LoraStack.load(torch.manager(), decoder, List.of(adapter));
      sameOrder(soft, adapters.layout(), GoldenData.json(golden.resolve("lora_parameters.json")));
      GradientEngine engine = new GradientEngine(torch.manager(), decoder, adapters, pass -> false);
      float[] baseLosses = GoldenData.floats(golden.resolve("loss_base.npy"));
      float[] losses = GoldenData.floats(golden.resolve("loss_adapter.npy"));
      float[] gradients = GoldenData.floats(golden.resolve("grads_raw.npy"));
      assertThat(gradients).hasSize(count * adapters.layout().size());
      List<float[]> ours = new ArrayList<>();
      List<float[]> theirs = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Encoded.Example example = example(examples.get(i));
        GradientEngine.Result result = engine.compute(example);
        float[] gradient = result.gradients()[0];
        ours.add(gradient);
        theirs.add(GoldenData.row(gradients, i, gradient.length));
        near(soft, "base loss " + i, engine.baseLoss(example), baseLosses[i]);
        near(soft, "loss " + i, result.losses()[0], losses[i]);
        soft.assertThat(
                GoldenData.relativeError(gradient, GoldenData.row(gradients, i, gradient.length)))
            .as("gradient %d", i)
            .isLessThan(GRADIENT);
      }
      if (count > CANDIDATES) {
        Similarities.of(ours, CANDIDATES).assertCloseTo(Similarities.of(theirs, CANDIDATES), soft);
      }
    }
    soft.assertAll();
  }

  @ParameterizedTest
  @CsvSource({
    "build,tiny-olmo2",
    "build,tiny-gemma2",
    "build,tiny-gemma3",
    "build,tiny-phi3",
    "build,tiny-granite",
    "shared,tiny-llama32",
    "shared,tiny-mistral",
    "shared,tiny-qwen2",
    "shared,tiny-qwen3",
    "shared,tiny-smollm3",
    "shared,tiny-olmo3"
  })
  void givenAnArchitecture_whenAllPositionsAreRequested_thenStatesAndLogitsEqualTheReferences(
      String where, String model) throws IOException {
    statesEqualTheReferences(GoldenData.architectures(where).resolve(model));
  }

  private static void statesEqualTheReferences(Path golden) throws IOException {
    JsonNode examples = GoldenData.json(golden.resolve("examples.json"));
    try (Torch torch = Torch.open()) {
      JniUtils.setGradMode(false);
      Decoder decoder = decoder(torch, golden.resolve("base"));
      LoraStack adapters =
          LoraStack.load(
              torch.manager(), decoder, List.of(LoraCheckpoint.open(golden.resolve("adapter"))));
      NDManager manager = torch.manager();
      long[] first = GoldenData.longs(examples.get(0).path("input_ids"));
      float[] layers = GoldenData.floats(golden.resolve("hidden_states_base_0.npy"));
      float[] states = decoder.states(manager, first, all(first), Lora.NONE).toFloatArray();
      int before = layers.length / states.length - 1;
      assertThat(GoldenData.relativeError(states, GoldenData.row(layers, before, states.length)))
          .as("states of the last layer")
          .isLessThan(STATES);
      for (int i : new int[] {0, 3}) {
        long[] ids = GoldenData.longs(examples.get(i).path("input_ids"));
        same(decoder.logits(manager, ids, all(ids), Lora.NONE), golden, "logits_base_" + i);
        same(
            decoder.logits(manager, ids, all(ids), adapters.leaf()), golden, "logits_adapter_" + i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama32",
    "build,tiny-qwen2",
    "build,tiny-olmo3",
    "build,tiny-qwen3",
    "build,tiny-smollm3",
    "build,tiny-olmo2",
    "build,tiny-gemma2",
    "build,tiny-gemma3",
    "build,tiny-phi3",
    "build,tiny-granite",
    "shared,tiny-mistral"
  })
  void givenBothStylesOfConfig_whenRead_thenTheResultsAreEqual(String where, String model)
      throws IOException {
    Path base = GoldenData.architectures(where).resolve(model).resolve("base");
    Files.copy(base.resolve("config.v4style.json"), folder.resolve("config.json"));
    assertThat(DecoderConfig.read(folder)).isEqualTo(DecoderConfig.read(base));
  }

  /** Random models in the folder that -Dsluice.variations names; {@code architectures.py}. */
  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("variations")
  void givenARandomVariationOfAnArchitecture_whenComputed_thenItEqualsTheReference(Path golden)
      throws IOException {
    equalsTheReference(golden, GoldenData.json(golden.resolve("examples.json")).size());
    statesEqualTheReferences(golden);
  }

  private static List<Path> variations() throws IOException {
    String folder = System.getProperty("sluice.variations", "");
    if (folder.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> models = Files.list(Path.of(folder))) {
      return models.sorted().toList();
    }
  }

  private static Decoder decoder(Torch torch, Path base) throws IOException {
    return Decoder.load(
        torch.manager(),
        DecoderConfig.read(base),
        DecoderWeights.open(torch.manager(), base),
        POSITIONS);
  }

  private static Encoded.Example example(JsonNode json) {
    return new Encoded.Example(
        GoldenData.longs(json.path("input_ids")), GoldenData.longs(json.path("labels")));
  }

  private static long[] all(long[] ids) {
    return LongStream.range(0, ids.length).toArray();
  }

  private static void sameOrder(SoftAssertions soft, LoraLayout layout, JsonNode expected) {
    int next = 0;
    for (LoraLayout.Block block : layout.blocks()) {
      soft.assertThat(expected.get(next++).path("name").asText())
          .contains("." + block.module() + ".lora_A.");
      soft.assertThat(expected.get(next++).path("name").asText())
          .contains("." + block.module() + ".lora_B.");
    }
    soft.assertThat(next).isEqualTo(expected.size());
  }

  private static void near(SoftAssertions soft, String what, float actual, float expected) {
    soft.assertThat((double) actual).as(what).isCloseTo(expected, within(LOSS * expected));
  }

  private static void same(NDArray actual, Path golden, String name) {
    assertThat(
            GoldenData.relativeError(
                actual.toFloatArray(), GoldenData.floats(golden.resolve(name + ".npy"))))
        .as(name)
        .isLessThan(STATES);
  }
}
