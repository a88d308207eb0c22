package io.sluice.local.bundled;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Writes random weights of the type bfloat16 in the safetensors format, piece by piece, so that the
 * file can be larger than the memory. Matrices keep the length of what they multiply, and vectors
 * are ones.
 */
final class NarrowWeights {
  private static final int PIECE = 1 << 20;

  /** Normally distributed numbers, of which each piece takes a run from another beginning. */
  private static final int NUMBERS = 1 << 16;

  private static final int UPPER_HALF = 16;
  private static final String TYPE = "BF16";

  private final Dice dice;
  private final float[] numbers = new float[NUMBERS];
  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);

  private NarrowWeights(Dice dice) {
    this.dice = dice;
    for (int i = 0; i < NUMBERS; i++) {
      numbers[i] = dice.normal(1);
    }
  }

  /**
   * A weight.
   *
   * @param shape one axis for a vector; rows and columns for a matrix
   */
  record Weight(String name, List<Integer> shape) {
    long bytes() {
      return shape.stream().mapToLong(size -> size).reduce(Short.BYTES, Math::multiplyExact);
    }
  }

  /** The size of the weights in a file. */
  static long bytes(List<Weight> weights) {
    return weights.stream().mapToLong(Weight::bytes).sum();
  }

  /**
   * Writes a file.
   *
   * @param file is created, and must not exist
   * @param written is told the bytes of each piece that is written
   */
  static void write(Path file, List<Weight> weights, Dice dice, LongConsumer written)
      throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] header = header(weights);
      ByteBuffer beginning =
          ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
      drain(out, beginning.putLong(header.length).put(header));
      NarrowWeights random = new NarrowWeights(dice);
      for (Weight weight : weights) {
        random.write(out, weight, written);
      }
    }
  }

  private static byte[] header(List<Weight> weights) throws IOException {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    header.putObject("__metadata__").put("format", "pt");
    long end = 0;
    for (Weight weight : weights) {
      ObjectNode entry = header.putObject(weight.name()).put("dtype", TYPE);
      ArrayNode shape = entry.putArray("shape");
      weight.shape().forEach(shape::add);
      entry.putArray("data_offsets").add(end).add(end + weight.bytes());
      end += weight.bytes();
    }
    String json = new ObjectMapper().writeValueAsString(header);
    int padding = Math.floorMod(-json.length(), Long.BYTES);
    return (json + " ".repeat(padding)).getBytes(StandardCharsets.US_ASCII);
  }

  private void write(FileChannel out, Weight weight, LongConsumer written) throws IOException {
    int columns = weight.shape().get(weight.shape().size() - 1);
    boolean vector = weight.shape().size() == 1;
    double deviation = vector ? 0 : 1 / Math.sqrt(columns);
    float mean = vector ? 1 : 0;
    long left = weight.bytes();
    while (left > 0) {
      int count = (int) Math.min(left, PIECE) / Short.BYTES;
      int first = dice.between(0, NUMBERS - 1);
      piece.clear();
      for (int i = 0; i < count; i++) {
        float value = mean + (float) (deviation * numbers[(first + i) & (NUMBERS - 1)]);
        piece.putShort((short) (Float.floatToRawIntBits(value) >>> UPPER_HALF));
      }
      left -= piece.position();
      written.accept(piece.position());
      drain(out, piece);
    }
  }

  private static void drain(FileChannel out, ByteBuffer buffer) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }
}
