package io.sluice.gpuworker.model.file;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * Writes tensors of 32-bit floats in the format that {@link Safetensors} describes. The header is
 * padded with spaces to a multiple of 8 bytes, so that the values are aligned.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int CHUNK_BYTES = 1 << 20;

  private SafetensorsWriter() {}

  /**
   * A tensor to write.
   *
   * @param shape the size of each axis, outermost first
   * @param values in row-major order, from the buffer's position to its limit; their number must
   *     match the shape
   */
  public record Tensor(String name, List<Integer> shape, FloatBuffer values) {
    /** Checks that the number of values matches the shape. */
    public Tensor {
      shape = List.copyOf(shape);
      if (shape.stream().reduce(1, Math::multiplyExact) != values.remaining()) {
        throw new IllegalArgumentException(values.remaining() + " values for shape " + shape);
      }
    }
  }

  /**
   * Writes a file.
   *
   * @param file the file to create; it must not exist
   * @param tensors in the order in which they are written; their names must be unique
   * @param metadata the entries of the header's {@code __metadata__}
   * @throws IOException when the file cannot be written; an incomplete file is not deleted
   */
  public static void write(Path file, List<Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    byte[] header = header(tensors, metadata);
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      drain(out, chunk.putLong(header.length));
      drain(out, ByteBuffer.wrap(header).position(header.length));
      for (Tensor tensor : tensors) {
        FloatBuffer values = tensor.values().duplicate();
        while (values.hasRemaining()) {
          int count = Math.min(values.remaining(), CHUNK_BYTES / Float.BYTES);
          chunk.clear();
          chunk.asFloatBuffer().put(values.slice().limit(count));
          values.position(values.position() + count);
          drain(out, chunk.position(count * Float.BYTES));
        }
      }
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // The exceptions of a channel do not name the file.
      throw new IOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Flips the buffer and writes all of its content. */
  private static void drain(FileChannel out, ByteBuffer buffer) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  private static byte[] header(List<Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    ObjectNode about = header.putObject("__metadata__");
    metadata.forEach(about::put);
    long end = 0;
    for (Tensor tensor : tensors) {
      long begin = end;
      end += (long) Float.BYTES * tensor.values().remaining();
      ObjectNode entry = header.putObject(tensor.name()).put("dtype", "F32");
      ArrayNode shape = entry.putArray("shape");
      tensor.shape().forEach(shape::add);
      entry.putArray("data_offsets").add(begin).add(end);
    }
    String json = new ObjectMapper().writeValueAsString(header);
    int bytes = json.getBytes(StandardCharsets.UTF_8).length;
    return (json + " ".repeat(Math.floorMod(-bytes, ALIGNMENT))).getBytes(StandardCharsets.UTF_8);
  }
}
