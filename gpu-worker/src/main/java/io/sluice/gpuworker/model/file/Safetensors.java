package io.sluice.gpuworker.model.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A safetensors file. Its tensors are read one at a time, as they are stored or widened to 32-bit
 * floats.
 *
 * <p>The file consists of the length of the header (8 bytes, little-endian), a JSON header {@code
 * {name: {dtype, shape, data_offsets: [begin, end]}}} whose offsets, in bytes, count from the end
 * of the header, and the values of the tensors. F32, BF16 and F16 are supported. Immutable; threads
 * may share it.
 */
public final class Safetensors implements Tensors {
  private static final int MAX_HEADER_BYTES = 100 << 20;
  private static final int LENGTH_BYTES = 8;

  /** As much of a tensor as is compared at a time. */
  private static final int PART_BYTES = 1 << 20;

  private static final Comparator<Tensor> IN_ORDER =
      Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end);

  /** A name that is given twice is an error. */
  private static final ObjectReader HEADER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  private final Path path;
  private final long dataStart;
  private final Map<String, Tensor> tensors;

  private Safetensors(Path path, long dataStart, Map<String, Tensor> tensors) {
    this.path = path;
    this.dataStart = dataStart;
    this.tensors = Map.copyOf(tensors);
  }

  private record Tensor(String type, long[] shape, long begin, long end) {
    /**
     * Whether the shape matches the offsets. A damaged header can contain any numbers. The sizes of
     * unsupported types are not checked.
     */
    private boolean isSound() {
      if (begin < 0 || end < begin || LongStream.of(shape).anyMatch(size -> size < 0)) {
        return false;
      }
      // Multiplied as doubles, which do not overflow.
      double values = LongStream.of(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
      return ElementType.of(type).map(known -> values * known.bytes() == end - begin).orElse(true);
    }
  }

  /**
   * Reads a file's header.
   *
   * @throws UnusableModelException when it is not a whole safetensors file
   */
  public static Safetensors open(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long headerBytes = read(path, file, 0, LENGTH_BYTES).getLong();
      if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES) {
        throw damaged(path);
      }
      ByteBuffer header = read(path, file, LENGTH_BYTES, (int) headerBytes);
      long dataStart = LENGTH_BYTES + headerBytes;
      Map<String, Tensor> tensors = parse(path, StandardCharsets.UTF_8.decode(header).toString());
      requireCovered(path, tensors.values(), file.size() - dataStart);
      return new Safetensors(path, dataStart, tensors);
    }
  }

  /**
   * Requires that the tensors lie one after another, without a gap, from the header to the end of
   * the file, as the format demands: two tensors that share bytes are the sign of a damaged header.
   */
  private static void requireCovered(Path path, Collection<Tensor> tensors, long bytes)
      throws UnusableModelException {
    long end = 0;
    for (Tensor tensor : tensors.stream().sorted(IN_ORDER).toList()) {
      if (tensor.begin() != end) {
        throw damaged(path);
      }
      end = tensor.end();
    }
    if (end != bytes) {
      throw damaged(path);
    }
  }

  /** The path of the file, for error messages. */
  public Path path() {
    return path;
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public long[] shape(String name) throws UnusableModelException {
    return find(name).shape().clone();
  }

  @Override
  public ElementType type(String name) throws UnusableModelException {
    return type(name, find(name));
  }

  @Override
  public float[] read(String name, long... shape) throws IOException {
    Tensor tensor = tensor(name, shape);
    ElementType type = type(name, tensor);
    long bytes = tensor.end() - tensor.begin();
    if (bytes > Integer.MAX_VALUE) {
      throw new UnusableModelException(
          path + ": " + name + " has 2 GiB or more, which is not supported for this tensor");
    }
    float[] values = new float[(int) (bytes / type.bytes())];
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer data =
          file.map(MapMode.READ_ONLY, dataStart + tensor.begin(), bytes)
              .order(ByteOrder.LITTLE_ENDIAN);
      type.widen(data, values);
    }
    return values;
  }

  @Override
  public void read(String name, long from, ByteBuffer into, long... shape) throws IOException {
    Tensor tensor = tensor(name, shape);
    type(name, tensor);
    long bytes = tensor.end() - tensor.begin();
    if (from < 0 || into.remaining() > bytes - from) {
      throw new IllegalArgumentException(
          name + " has " + bytes + " bytes, not " + into.remaining() + " from byte " + from);
    }
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      fill(path, file, dataStart + tensor.begin() + from, into);
    }
  }

  /**
   * Whether another file has the same tensor: of the same shape and type, with the same values. The
   * files are compared in parts, so that it takes little memory.
   *
   * @throws UnusableModelException when this file has no such tensor
   */
  public boolean hasSame(String name, Safetensors other) throws IOException {
    Tensor mine = find(name);
    if (!other.has(name)
        || !other.find(name).type().equals(mine.type())
        || !Arrays.equals(other.find(name).shape(), mine.shape())) {
      return false;
    }
    ByteBuffer part = ByteBuffer.allocate(PART_BYTES);
    ByteBuffer otherPart = ByteBuffer.allocate(PART_BYTES);
    long bytes = mine.end() - mine.begin();
    for (long from = 0; from < bytes; from += PART_BYTES) {
      int length = (int) Math.min(PART_BYTES, bytes - from);
      read(name, from, part.clear().limit(length), mine.shape());
      other.read(name, from, otherPart.clear().limit(length), mine.shape());
      if (!part.flip().equals(otherPart.flip())) {
        return false;
      }
    }
    return true;
  }

  private Tensor tensor(String name, long... shape) throws UnusableModelException {
    Tensor tensor = find(name);
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new UnusableModelException(
          path
              + ": "
              + name
              + " has shape "
              + Arrays.toString(tensor.shape())
              + ", not "
              + Arrays.toString(shape)
              + ": use the config.json that belongs to this file");
    }
    return tensor;
  }

  private ElementType type(String name, Tensor tensor) throws UnusableModelException {
    return ElementType.of(tensor.type())
        .orElseThrow(
            () ->
                new UnusableModelException(
                    path
                        + ": "
                        + name
                        + " has type "
                        + tensor.type()
                        + ": save it as F32, BF16 or F16"));
  }

  private Tensor find(String name) throws UnusableModelException {
    if (!tensors.containsKey(name)) {
      throw new UnusableModelException(
          path
              + " has no tensor "
              + name
              + ": use the config.json that belongs to this file, or download the file again");
    }
    return tensors.get(name);
  }

  private static Map<String, Tensor> parse(Path path, String header) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json(path, header).properties()) {
      if (entry.getKey().equals("__metadata__")) {
        continue;
      }
      JsonNode node = entry.getValue();
      JsonNode offsets = node.path("data_offsets");
      long[] shape = new long[node.path("shape").size()];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = node.path("shape").path(i).asLong();
      }
      Tensor tensor =
          new Tensor(
              node.path("dtype").asText(),
              shape,
              offsets.path(0).asLong(-1),
              offsets.path(1).asLong(-1));
      if (!tensor.isSound()) {
        throw damaged(path);
      }
      tensors.put(entry.getKey(), tensor);
    }
    return tensors;
  }

  private static JsonNode json(Path path, String header) throws UnusableModelException {
    try {
      JsonNode root = HEADER.readTree(header);
      if (root.isObject()) {
        return root;
      }
    } catch (JsonProcessingException e) {
      throw damaged(path);
    }
    throw damaged(path);
  }

  private static ByteBuffer read(Path path, FileChannel file, long from, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    fill(path, file, from, buffer);
    return buffer.flip();
  }

  /** Fills a buffer with the bytes of a file from a position. */
  private static void fill(Path path, FileChannel file, long from, ByteBuffer buffer)
      throws IOException {
    long next = from;
    while (buffer.hasRemaining()) {
      int count = file.read(buffer, next);
      if (count < 0) {
        throw damaged(path);
      }
      next += count;
    }
  }

  private static UnusableModelException damaged(Path path) {
    return new UnusableModelException(
        path + " is not a safetensors file, or is damaged or truncated: download it again");
  }
}
