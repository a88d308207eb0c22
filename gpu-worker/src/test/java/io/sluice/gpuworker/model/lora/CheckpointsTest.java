package io.sluice.gpuworker.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.SafetensorsWriter;
import io.sluice.gpuworker.model.file.SafetensorsWriter.Tensor;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoint folders: adapters, the order of their parameters, and the weights of checkpoints. */
class CheckpointsTest {
  private static final Path RUN = GoldenData.small().resolve("tiny-llama");

  @TempDir private Path folder;

  private Path changed(String file, String from, String to) throws IOException {
    Path original = RUN.resolve("run/checkpoint-5");
    try (Stream<Path> files = Files.list(original)) {
      for (Path each : files.toList()) {
        Files.copy(each, folder.resolve(each.getFileName()));
      }
    }
    String text = Files.readString(original.resolve(file));
    assertThat(text).contains(from);
    Files.writeString(folder.resolve(file), text.replace(from, to));
    return folder;
  }

  @Test
  void givenTheReferenceRun_whenLaidOut_thenTheOrderIsThatOfTheReferencesParameters()
      throws IOException {
    JsonNode expected = GoldenData.json(RUN.resolve("lora_parameters.json"));
    LoraCheckpoint checkpoint = LoraCheckpoint.open(RUN.resolve("run/checkpoint-5"));
    try (Torch torch = Torch.open()) {
      Decoder decoder = decoder(torch, checkpoint);
      LoraLayout layout = LoraLayout.of(decoder.linears(), checkpoint);
      assertThat(layout.size()).isEqualTo(7168);
      assertThat(layout.blocks()).hasSize(expected.size() / 2);
      for (int i = 0; i < layout.blocks().size(); i++) {
        LoraLayout.Block block = layout.blocks().get(i);
        JsonNode a = expected.get(2 * i);
        JsonNode b = expected.get(2 * i + 1);
        assertThat(LoraCheckpoint.parameter(block.module(), "lora_A"))
            .isEqualTo(a.path("name").asText());
        assertThat(block.offset()).isEqualTo(a.path("offset").asInt());
        assertThat(block.offsetB()).isEqualTo(b.path("offset").asInt());
        assertThat(GoldenData.longs(b.path("shape"))).containsExactly(block.out(), block.rank());
      }
    }
  }

  private static Decoder decoder(Torch torch, LoraCheckpoint checkpoint) throws IOException {
    Path base = RUN.resolve("base");
    return Decoder.load(
        torch.manager(),
        DecoderConfig.read(base),
        DecoderWeights.open(torch.manager(), base, checkpoint.replacements()),
        16);
  }

  @Test
  void givenAllCheckpointsOfTheReferenceInReverse_whenWeighted_thenTheWeightsEqualTheReferences()
      throws IOException {
    Path run = GoldenData.shared("golden/grad/tiny-llama");
    JsonNode expected = GoldenData.json(run.resolve("info.json")).path("weights");
    List<Path> backwards =
        Stream.of(20, 15, 10, 5).map(step -> run.resolve("run/checkpoint-" + step)).toList();
    float[] weights = CheckpointWeights.read(backwards);
    for (int c = 0; c < 4; c++) {
      assertThat((double) weights[c]).isCloseTo(expected.get(3 - c).asDouble(), within(1e-7));
    }
  }

  @Test
  void givenATrainerStateWithoutRatesForAnEpoch_whenWeighted_thenTheMessageExplainsHowToTrain()
      throws IOException {
    Path checkpoint = changed("trainer_state.json", "learning_rate", "other");
    assertThatThrownBy(() -> CheckpointWeights.read(List.of(checkpoint)))
        .hasMessageContaining("no learning rate for epoch 1: train with logging_steps 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "-1", "\"x\"", "null"})
  void givenALearningRateThatIsNoNumber_whenWeighted_thenTheMessageNamesIt(String rate)
      throws IOException {
    Path checkpoint =
        changed(
            "trainer_state.json",
            "\"learning_rate\": ",
            "\"learning_rate\": " + rate + ", \"was\": ");
    assertThatThrownBy(() -> CheckpointWeights.read(List.of(checkpoint)))
        .hasMessageContaining(
            "trainer_state.json: log_history has the learning_rate " + rate.replace("\"", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"use_dora\": false | \"use_dora\": true | use_dora is true",
        "\"peft_type\": \"LORA\" | \"peft_type\": \"IA3\" | peft_type is \"IA3\"",
        "\"rank_pattern\": {} | \"rank_pattern\": {\"q_proj\": 4} | rank_pattern is {",
        "\"modules_to_save\": null | \"modules_to_save\": [\"norm\"] | modules_to_save names norm"
      })
  void givenAnUnsupportedAdapter_whenOpened_thenTheMessageNamesTheSetting(
      String from, String to, String named) throws IOException {
    Path checkpoint = changed("adapter_config.json", from, to);
    assertThatThrownBy(() -> LoraCheckpoint.open(checkpoint))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("adapter_config.json: " + named)
        .hasMessageContaining("which is not supported: ");
  }

  @Test
  void givenAnAdapterWhoseRankDiffersFromItsConfig_whenLaidOut_thenItIsRejected()
      throws IOException {
    LoraCheckpoint checkpoint =
        LoraCheckpoint.open(changed("adapter_config.json", "\"r\": 8", "\"r\": 4"));
    try (Torch torch = Torch.open()) {
      Decoder decoder = decoder(torch, checkpoint);
      assertThatThrownBy(() -> LoraStack.load(torch.manager(), decoder, List.of(checkpoint)))
          .isInstanceOf(UnusableModelException.class)
          .hasMessageContaining("lora_A.weight has 8 rows, but r in adapter_config.json is 4");
    }
  }

  @Test
  void givenRankStabilisedScaling_whenOpened_thenAlphaIsDividedByTheSquareRootOfTheRank()
      throws IOException {
    assertThat(LoraCheckpoint.open(RUN.resolve("run/checkpoint-5")).scaling()).isEqualTo(4);
    Path checkpoint =
        changed("adapter_config.json", "\"use_rslora\": false", "\"use_rslora\": true");
    assertThat(LoraCheckpoint.open(checkpoint).scaling())
        .isCloseTo((float) (32 / Math.sqrt(8)), within(1e-6f));
  }

  @Test
  void givenAnAdapterOfTheHead_whenOpened_thenTheHeadThatPeftStoresBesideItIsAReplacement()
      throws IOException {
    Path original = RUN.resolve("run/checkpoint-5");
    Safetensors adapter = Safetensors.open(original.resolve("adapter_model.safetensors"));
    List<Tensor> tensors = new ArrayList<>();
    for (String name : adapter.names()) {
      tensors.add(tensor(name, adapter.read(name, adapter.shape(name)), adapter.shape(name)));
    }
    tensors.add(tensor("base_model.model.lm_head.lora_A.weight", new float[8 * 64], 8, 64));
    tensors.add(tensor("base_model.model.lm_head.lora_B.weight", new float[512 * 8], 512, 8));
    float[] head = new float[512 * 64];
    Arrays.fill(head, 3);
    tensors.add(tensor("base_model.model.lm_head.base_layer.weight", head, 512, 64));
    SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), tensors, Map.of());
    Files.writeString(
        folder.resolve("adapter_config.json"),
        Files.readString(original.resolve("adapter_config.json"))
            .replace("\"target_modules\": [", "\"target_modules\": [\"lm_head\", "));

    LoraCheckpoint checkpoint = LoraCheckpoint.open(folder);
    assertThat(checkpoint.replacements().tensors().read("lm_head.weight", 512, 64)).isEqualTo(head);
    assertThat(checkpoint.replacements().separatesHead()).isFalse();
    try (Torch torch = Torch.open()) {
      LoraStack stack =
          LoraStack.load(torch.manager(), decoder(torch, checkpoint), List.of(checkpoint));
      assertThat(stack.layout().size()).isEqualTo(7168 + 8 * 64 + 512 * 8);
    }
  }

  private static Tensor tensor(String name, float[] values, long... shape) {
    return new Tensor(
        name, LongStream.of(shape).mapToObj(Math::toIntExact).toList(), FloatBuffer.wrap(values));
  }

  @Test
  void givenCheckpointsWithDifferentEmbeddings_whenStacked_thenTheyAreRejected()
      throws IOException {
    LoraCheckpoint own = LoraCheckpoint.open(RUN.resolve("run/checkpoint-5"));
    LoraCheckpoint other =
        LoraCheckpoint.open(GoldenData.shared("golden/grad/tiny-llama-addpad/run/checkpoint-5"));
    try (Torch torch = Torch.open()) {
      Decoder decoder = decoder(torch, own);
      assertThatThrownBy(() -> LoraStack.load(torch.manager(), decoder, List.of(own, other)))
          .hasMessageContaining("contain different embeddings or heads");
    }
  }

  @Test
  void givenAnAdapterOnAModuleThatTheModelLacks_whenStacked_thenTheTensorIsNamed()
      throws IOException {
    Path checkpoint = folder.resolve("renamed");
    Files.createDirectories(checkpoint);
    for (String file : List.of("adapter_config.json", "optimizer_state.safetensors")) {
      Files.copy(RUN.resolve("run/checkpoint-5").resolve(file), checkpoint.resolve(file));
    }
    byte[] bytes = Files.readAllBytes(RUN.resolve("run/checkpoint-5/adapter_model.safetensors"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Files.write(
        checkpoint.resolve("adapter_model.safetensors"),
        text.replace("layers.1.self_attn.v_proj", "layers.9.self_attn.v_proj")
            .getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> load(checkpoint))
        .hasMessageContaining("has no base_model.model.model.layers.1.self_attn.v_proj.lora_A")
        .hasMessageContaining("but adapter_config.json names that layer");
    String config = Files.readString(checkpoint.resolve("adapter_config.json"));
    Files.writeString(
        checkpoint.resolve("adapter_config.json"),
        config.replaceAll(
            "\"target_modules\": \\[[^]]*]",
            "\"target_modules\": \".*(0.*[qkvo]|1.*[qko])_proj\""));
    assertThatThrownBy(() -> load(checkpoint))
        .hasMessageContaining("do not belong to the model, such as")
        .hasMessageContaining("layers.9.self_attn.v_proj");
  }

  private static void load(Path folder) throws IOException {
    LoraCheckpoint checkpoint = LoraCheckpoint.open(folder);
    try (Torch torch = Torch.open()) {
      LoraStack.load(torch.manager(), decoder(torch, checkpoint), List.of(checkpoint));
    }
  }
}
