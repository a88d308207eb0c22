package io.sluice.schemas.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Decompresses all frames of a zstd stream, one after the other, as the program zstd does. Anything
 * after a frame that is no frame is an error.
 *
 * <p>The library's own stream is not used because it takes a second frame that is cut off for the
 * end of the stream. Not thread-safe.
 */
final class ZstdFrames extends InputStream {
  private static final int END = -1;
  private static final int PIECE = 1 << 16;

  private final InputStream in;
  private final ZstdDecompressCtx frames = new ZstdDecompressCtx();
  private final ByteBuffer compressed = ByteBuffer.allocateDirect(PIECE).limit(0);
  private final ByteBuffer plain = ByteBuffer.allocateDirect(PIECE).limit(0);
  private final byte[] piece = new byte[PIECE];
  private boolean ended;

  /** Whether a frame has begun and is not complete. */
  private boolean inFrame;

  private int number = 1;

  /**
   * Begins with the first frame.
   *
   * @param in is closed together with this stream
   */
  ZstdFrames(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) == END ? END : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!plain.hasRemaining()) {
      if (!compressed.hasRemaining()) {
        refill();
      }
      if (ended && !inFrame) {
        return END;
      }
      decompress();
    }
    int count = Math.min(length, plain.remaining());
    plain.get(into, offset, count);
    return count;
  }

  private void refill() throws IOException {
    int count = ended ? END : in.read(piece);
    ended = count == END;
    if (!ended) {
      compressed.clear();
      compressed.put(piece, 0, count);
      compressed.flip();
    }
  }

  private void decompress() throws IOException {
    plain.clear();
    int before = compressed.position();
    boolean isComplete;
    try {
      isComplete = frames.decompressDirectByteBufferStream(plain, compressed);
    } catch (ZstdException e) {
      throw new IOException(reason(e.getErrorCode()), e);
    }
    plain.flip();
    inFrame = !isComplete;
    if (isComplete) {
      number++;
    } else if (ended && !plain.hasRemaining() && compressed.position() == before) {
      throw new IOException("zstd frame " + number + " is cut off");
    }
  }

  /** The library's own message says of every code that there is no error. */
  private String reason(long code) {
    if (code == Zstd.errPrefixUnknown() && number > 1) {
      return "what follows zstd frame "
          + (number - 1)
          + " is not zstd: the file is damaged, or something was appended to it";
    }
    return code == Zstd.errFrameParameterWindowTooLarge()
        ? "zstd frame "
            + number
            + " needs more than 128 MiB of memory: compress it again without --long"
        : "zstd frame " + number + " is damaged (" + Zstd.getErrorName(-code) + ")";
  }

  @Override
  public void close() throws IOException {
    frames.close();
    in.close();
  }
}
