package io.sluice.gpuworker.model.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A file written by {@code torch.save}: a zip archive that holds a pickle, {@code NAME/data.pkl},
 * and the values of its tensors, {@code NAME/data/0} and so on. Opening the file executes no code
 * from the pickle.
 */
public final class TorchFile implements AutoCloseable {
  private static final String PICKLE = "/data.pkl";
  private static final int MAX_TEXT_BYTES = 100;

  /**
   * Far more than needed: the pickle of an optimizer with 10,000 parameters has a few megabytes.
   */
  private static final int MAX_PICKLE_BYTES = 256 << 20;

  private final Path path;
  private final ZipFile zip;
  private final String folder;
  private final Object root;

  private TorchFile(Path path, ZipFile zip) throws IOException {
    this.path = path;
    this.zip = zip;
    String pickle =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.endsWith(PICKLE))
            .findFirst()
            .orElseThrow(() -> damaged(path));
    this.folder = pickle.substring(0, pickle.length() - PICKLE.length());
    Optional<byte[]> order = find("/byteorder", MAX_TEXT_BYTES);
    if (order.isPresent()
        && !new String(order.get(), StandardCharsets.US_ASCII).strip().equals("little")) {
      throw new UnusableModelException(
          path + " contains big-endian values: save it again on a little-endian machine");
    }
    this.root = TorchUnpickler.read(path, entry(PICKLE, MAX_PICKLE_BYTES));
  }

  /**
   * Opens a file and reads its pickle.
   *
   * @throws UnusableModelException when it is not such a file, or its pickle contains anything but
   *     plain values and tensors
   */
  public static TorchFile open(Path path) throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(path.toFile());
    } catch (ZipException e) {
      throw damaged(path);
    }
    try {
      return new TorchFile(path, zip);
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  /** The path of the file, for error messages. */
  public Path path() {
    return path;
  }

  /** The saved object, in the types that {@link TorchUnpickler#read} returns. */
  public Object root() {
    return root;
  }

  /**
   * Reads a tensor's values in row-major order.
   *
   * @throws UnusableModelException when the file is damaged, the tensor is not contiguous, or its
   *     type is not supported
   */
  public float[] read(TorchTensor tensor) throws IOException {
    ElementType type =
        tensor
            .type()
            .orElseThrow(
                () ->
                    new UnusableModelException(
                        path
                            + " has values of the type "
                            + tensor.typeName()
                            + ": save them as float32, bfloat16 or float16"));
    long values = Arrays.stream(tensor.shape()).reduce(1, Math::multiplyExact);
    int width = type.bytes();
    long maxValues = Integer.MAX_VALUE / width;
    if (!tensor.rowMajor() || tensor.offset() < 0 || tensor.offset() > maxValues - values) {
      throw damaged(path);
    }
    int begin = (int) tensor.offset() * width;
    int bytes = (int) values * width;
    byte[] storage = entry("/data/" + tensor.storage(), begin + bytes);
    if (storage.length < begin + bytes) {
      throw damaged(path);
    }
    ByteBuffer data = ByteBuffer.wrap(storage, begin, bytes).slice().order(ByteOrder.LITTLE_ENDIAN);
    float[] read = new float[(int) values];
    type.widen(data, read);
    return read;
  }

  private byte[] entry(String name, int maxBytes) throws IOException {
    return find(name, maxBytes).orElseThrow(() -> damaged(path));
  }

  /** Reads at most {@code maxBytes} of an entry, because compressed data can expand to any size. */
  private Optional<byte[]> find(String name, int maxBytes) throws IOException {
    ZipEntry entry = zip.getEntry(folder + name);
    if (entry == null) {
      return Optional.empty();
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return Optional.of(in.readNBytes(maxBytes));
    } catch (ZipException e) {
      throw damaged(path);
    }
  }

  private static UnusableModelException damaged(Path path) {
    return new UnusableModelException(
        path + " was not written by torch.save or is damaged: copy or save it again");
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
