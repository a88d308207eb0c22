package io.sluice.local.bundled;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Writes float32 tensors in the safetensors format: the length of the header (8 bytes,
 * little-endian), the header (JSON, padded with spaces to a multiple of 8 bytes), then the values.
 */
final class SafetensorsFile {
  private static final int ALIGNMENT = 8;

  private SafetensorsFile() {}

  /**
   * A tensor.
   *
   * @param shape sizes, outermost first
   * @param values row-major, as many as the shape says
   */
  record Tensor(List<Integer> shape, float[] values) {
    Tensor {
      if (shape.stream().reduce(1, Math::multiplyExact) != values.length) {
        throw new IllegalArgumentException(values.length + " values for shape " + shape);
      }
    }
  }

  /**
   * Writes a file; one that exists is replaced.
   *
   * @param tensors by name
   * @param metadata texts about the file, by name
   */
  static void write(Path file, SortedMap<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    ObjectNode about = header.putObject("__metadata__");
    metadata.forEach(about::put);
    int end = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      int begin = end;
      end = Math.addExact(begin, Math.multiplyExact(Float.BYTES, entry.getValue().values.length));
      ObjectNode tensor = header.putObject(entry.getKey()).put("dtype", "F32");
      ArrayNode shape = tensor.putArray("shape");
      entry.getValue().shape.forEach(shape::add);
      tensor.putArray("data_offsets").add(begin).add(end);
    }
    String json = new ObjectMapper().writeValueAsString(header);
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    String padding = " ".repeat(Math.floorMod(-length, ALIGNMENT));
    byte[] head = (json + padding).getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.addExact(Long.BYTES + head.length, end))
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(head.length)
            .put(head);
    for (Tensor tensor : tensors.values()) {
      for (float value : tensor.values) {
        bytes.putFloat(value);
      }
    }
    Files.write(file, bytes.array());
  }
}
