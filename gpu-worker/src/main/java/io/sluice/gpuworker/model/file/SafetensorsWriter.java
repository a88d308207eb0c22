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
 * Writes 32-bit floats in the format that {@link Safetensors} reads: the length of the header, the
 * header in JSON, padded with spaces to a multiple of 8 bytes, then the values.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int CHUNK_BYTES = 1 << 20;

  private SafetensorsWriter() {}

  /**
   * A tensor to write.
   *
   * @param shape sizes, outermost first
   * @param values row-major, as many as the shape says, from the buffer's position on
   */
  public record Tensor(String name, List<Integer> shape, FloatBuffer values) {
    /** Checks that values and shape agree. */
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
   * @param file must not exist
   * @param tensors in the order in which they are to lie in the file, of different names
   * @param metadata texts about the file, by name
   * @throws IOException when it cannot be written; what was written stays
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
      // Channels do not say which file it was.
      throw new IOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Writes what was put into a buffer. */
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
