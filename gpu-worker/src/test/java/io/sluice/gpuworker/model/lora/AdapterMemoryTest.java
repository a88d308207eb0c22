package io.sluice.gpuworker.model.lora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterMemoryTest {
  private static final Path RUN = GoldenData.small().resolve("tiny-llama");

  @TempDir private Path folder;

  @Test
  void givenAdaptersIn32And16Bits_whenLoaded_thenTheirValuesAreThoseOfTheFiles()
      throws IOException {
    LoraCheckpoint wide = LoraCheckpoint.open(RUN.resolve("run/checkpoint-5"));
    LoraCheckpoint narrow = LoraCheckpoint.open(narrowed(wide));
    try (Torch torch = Torch.open()) {
      Decoder decoder =
          Decoder.load(
              torch.manager(),
              DecoderConfig.read(RUN.resolve("base")),
              DecoderWeights.open(torch.manager(), RUN.resolve("base")),
              16);
      LoraLayout layout = LoraLayout.of(decoder, wide);

      NDArray loaded = AdapterMemory.load(torch.manager(), layout, List.of(wide, narrow));

      assertThat(loaded.getShape()).isEqualTo(new Shape(2, layout.size()));
      assertThat(loaded.getDevice()).isEqualTo(torch.manager().getDevice());
      float[] values = loaded.toFloatArray();
      assertThat(Arrays.copyOf(values, layout.size())).isEqualTo(wide.values(layout));
      assertThat(Arrays.copyOfRange(values, layout.size(), values.length))
          .isEqualTo(narrow.values(layout))
          .isNotEqualTo(wide.values(layout));
    }
  }

  /** The same adapter with values of bfloat16: the upper halves of those of 32 bits. */
  private Path narrowed(LoraCheckpoint wide) throws IOException {
    Files.copy(wide.folder().resolve("adapter_config.json"), folder.resolve("adapter_config.json"));
    StringBuilder header = new StringBuilder("{");
    ByteBuffer values =
        ByteBuffer.allocate((int) Files.size(wide.adapter().path())).order(ByteOrder.LITTLE_ENDIAN);
    for (String name : wide.adapter().names()) {
      long[] shape = wide.adapter().shape(name);
      int begin = values.position();
      for (float value : wide.adapter().read(name, shape)) {
        values.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
      }
      header
          .append(header.length() > 1 ? "," : "")
          .append(
              "\"%s\":{\"dtype\":\"BF16\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                  .formatted(name, Arrays.toString(shape), begin, values.position()));
    }
    byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer whole =
        ByteBuffer.allocate(8 + json.length + values.position()).order(ByteOrder.LITTLE_ENDIAN);
    whole.putLong(json.length).put(json).put(values.flip());
    Files.write(folder.resolve("adapter_model.safetensors"), whole.array());
    return folder;
  }
}
