package io.sluice.gpuworker.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-llama32",
        "tiny-qwen2",
        "tiny-qwen3",
        "tiny-smollm3",
        "tiny-olmo3",
        "tiny-gemma3",
        "tiny-phi3",
        "tiny-granite"
      })
  void givenAnArchitecture_whenExamplesArePacked_thenTheirLogitsEqualThoseOfEachExampleAlone(
      String model) throws Exception {
    Path golden = GoldenData.architectures("build").resolve(model);
    JsonNode examples = GoldenData.json(golden.resolve("examples.json"));
    long[] one = GoldenData.longs(examples.get(0).path("input_ids"));
    long[] two = GoldenData.longs(examples.get(1).path("input_ids"));
    long[] both = LongStream.concat(LongStream.of(one), LongStream.of(two)).toArray();
    try (Torch torch = Torch.open()) {
      JniUtils.setGradMode(false);
      NDManager manager = torch.manager();
      Decoder decoder =
          Decoder.load(
              manager,
              DecoderConfig.read(golden.resolve("base")),
              DecoderWeights.open(manager, golden.resolve("base")),
              256);
      LoraStack adapter =
          LoraStack.load(manager, decoder, List.of(LoraCheckpoint.open(golden.resolve("adapter"))));

      float[] together =
          decoder
              .logits(
                  manager,
                  new Pack(both, new int[] {one.length, two.length}, all(both.length)),
                  adapter.leaf())
              .toFloatArray();

      int width = together.length / both.length;
      float[] first = decoder.logits(manager, one, all(one.length), adapter.leaf()).toFloatArray();
      float[] second = decoder.logits(manager, two, all(two.length), adapter.leaf()).toFloatArray();
      float[] front = Arrays.copyOf(together, one.length * width);
      float[] back = Arrays.copyOfRange(together, one.length * width, together.length);
      assertThat(GoldenData.relativeError(front, first)).isLessThan(1e-5);
      assertThat(GoldenData.relativeError(back, second)).isLessThan(1e-5);
    }
  }

  private static long[] all(int length) {
    return LongStream.range(0, length).toArray();
  }

  @Test
  void givenLengthsThatDoNotMatchTheIds_whenPacked_thenThePackIsRejected() {
    assertThatThrownBy(() -> new Pack(new long[3], new int[] {1, 1}, new long[0]))
        .hasMessageContaining("add up to 2, but the pack has 3 tokens");
  }
}
