package io.sluice.schemas.file;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Decompresses all members of a gzip stream, one after the other, as gunzip does. Zeros after a
 * member are padding. Anything else that is no gzip member is an error.
 *
 * <p>{@link java.util.zip.GZIPInputStream} is not used because it takes a damaged member, or one
 * that has not arrived yet, for the end of the stream (JDK-7036144). Not thread-safe.
 */
final class GzipMembers extends InputStream {
  private static final int END = -1;
  private static final int FIRST_BYTE = 0x1f;

  /** How much is read at a time: what precedes damage within the same piece is lost. */
  private static final int PIECE = 4096;

  private final BufferedInputStream in;
  private GzipCompressorInputStream member;
  private int number = 1;
  private boolean ended;

  /**
   * Begins with the first member.
   *
   * @param in is closed together with this stream
   * @throws IOException when the stream does not begin with the header of a member
   */
  GzipMembers(BufferedInputStream in) throws IOException {
    this.in = in;
    this.member = new GzipCompressorInputStream(in, false);
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
    while (!ended) {
      int count = readMember(into, offset, length);
      if (count != END) {
        return count;
      }
      ended = !hasNextMember();
    }
    return END;
  }

  private int readMember(byte[] into, int offset, int length) throws IOException {
    try {
      return member.read(into, offset, Math.min(length, PIECE));
    } catch (EOFException e) {
      throw new IOException("gzip member " + number + " is cut off", e);
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private boolean hasNextMember() throws IOException {
    int first;
    do {
      in.mark(1);
      first = in.read();
    } while (first == 0);
    if (first == END) {
      return false;
    }
    number++;
    if (first != FIRST_BYTE) {
      throw new IOException(
          "what follows gzip member "
              + (number - 1)
              + " is not gzip: the file is damaged, or something was appended to it");
    }
    in.reset();
    try {
      member = new GzipCompressorInputStream(in, false);
    } catch (EOFException e) {
      throw new IOException("gzip member " + number + " is cut off", e);
    } catch (IOException e) {
      throw damaged(e);
    }
    return true;
  }

  private IOException damaged(IOException cause) {
    return new IOException(
        "gzip member " + number + " is damaged (" + cause.getMessage() + ")", cause);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
