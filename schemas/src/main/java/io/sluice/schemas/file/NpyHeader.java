package io.sluice.schemas.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The header of a .npy file.
 *
 * @param type NumPy's type string, such as {@code <f4}
 * @param fortranOrder whether the values are stored column by column instead of row by row
 * @param shape sizes of the dimensions, outermost first
 * @param length length of the header in bytes, which is the position of the first value
 */
record NpyHeader(String type, boolean fortranOrder, List<Long> shape, long length) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int FIXED_BYTES = MAGIC.length + 4;
  private static final int ALIGNMENT = 64;
  private static final int MAX_TEXT_BYTES = 1 << 16;
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile("'shape'\\s*:\\s*\\(((?:\\s*\\d{1,18}\\s*,?)*)\\)");

  /**
   * Reads the header and leaves the stream at the first value.
   *
   * @throws IOException when the stream does not begin with a header of format version 1.0 or 2.0
   */
  static NpyHeader read(InputStream in) throws IOException {
    byte[] start = in.readNBytes(MAGIC.length + 2);
    if (start.length < MAGIC.length + 2
        || !Arrays.equals(MAGIC, Arrays.copyOf(start, MAGIC.length))) {
      throw new IOException("is not a .npy file: write one with numpy.save");
    }
    int version = start[MAGIC.length];
    if (version != 1 && version != 2) {
      throw new IOException(
          "has .npy format version " + version + ": only versions 1 and 2 can be read");
    }
    int sizeBytes = version == 1 ? Short.BYTES : Integer.BYTES;
    ByteBuffer size =
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(in.readNBytes(sizeBytes))
            .rewind();
    int textBytes = size.getInt();
    if (textBytes < 0 || textBytes > MAX_TEXT_BYTES) {
      throw new IOException("has a damaged header");
    }
    byte[] text = in.readNBytes(textBytes);
    if (text.length < textBytes) {
      throw new IOException("is truncated within its header");
    }
    return parse(
        new String(text, StandardCharsets.ISO_8859_1), start.length + sizeBytes + textBytes);
  }

  private static NpyHeader parse(String text, long length) throws IOException {
    List<Long> shape =
        Arrays.stream(find(SHAPE, text).split(","))
            .map(String::strip)
            .filter(size -> !size.isEmpty())
            .map(Long::valueOf)
            .toList();
    return new NpyHeader(find(TYPE, text), find(ORDER, text).equals("True"), shape, length);
  }

  /** Returns the size of a dimension, which must have been checked to fit into an int. */
  int size(int dimension) {
    return Math.toIntExact(shape.get(dimension));
  }

  private static String find(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("has a header that does not describe one plain array: " + text.strip());
    }
    return matcher.group(1);
  }

  /**
   * Encodes the header of an array that is to be written: format version 1.0, C order, padded so
   * that the values begin at a multiple of 64 bytes.
   */
  static byte[] encode(String type, long... shape) {
    String sizes = LongStream.of(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        String.format("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", type, sizes);
    int length = (FIXED_BYTES + text.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header =
        ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC).put((byte) 1);
    header.put((byte) 0).putShort((short) (length - FIXED_BYTES));
    header.put(text.getBytes(StandardCharsets.ISO_8859_1));
    while (header.position() < length - 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }
}
