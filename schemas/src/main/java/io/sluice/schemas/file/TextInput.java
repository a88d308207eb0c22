package io.sluice.schemas.file;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file or stream of text, decompressed if it is gzip or zstd, which is detected from its first
 * bytes, and without its byte order mark.
 *
 * @param in the decompressed bytes; the owner of this object closes it
 * @param isArray whether the first character that is not white space opens a JSON array
 */
record TextInput(InputStream in, boolean isArray) {
  private static final int BUFFER = 1 << 16;

  /** How much white space may come before the first value, in bytes. */
  private static final int MAX_SPACE = 1 << 24;

  /** The byte order mark of UTF-8, with one character per byte. */
  private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";

  /**
   * Opens a file.
   *
   * @throws IOException when it is missing, is a directory, holds no text or cannot be read; the
   *     message names it and says which
   */
  static TextInput open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException(path + " is a directory: give a file");
    }
    InputStream in;
    try {
      in = Files.newInputStream(path);
    } catch (NoSuchFileException e) {
      throw new IOException(path + ": there is no such file", e);
    }
    return of(path.toString(), in);
  }

  /**
   * Reads a stream.
   *
   * @param name how error messages name the stream
   * @param in is closed when this method fails
   * @throws IOException when the stream holds no text or cannot be read; the message says why
   */
  static TextInput of(String name, InputStream in) throws IOException {
    try {
      return detect(name, new BufferedInputStream(in, BUFFER));
    } catch (ForeignFormException e) {
      in.close();
      throw e;
    } catch (EOFException e) {
      in.close();
      throw new IOException(name + " is truncated: get the gzip file again", e);
    } catch (IOException e) {
      in.close();
      throw new IOException(name + " cannot be read to its end: " + e.getMessage(), e);
    }
  }

  private static TextInput detect(String name, BufferedInputStream bytes) throws IOException {
    byte[] raw = head(bytes);
    BufferedInputStream text = bytes;
    if (ForeignForms.isGzip(raw)) {
      text = new BufferedInputStream(new GzipMembers(bytes), BUFFER);
    } else if (ForeignForms.isZstd(raw)) {
      text = new BufferedInputStream(new ZstdFrames(bytes), BUFFER);
    }
    byte[] head = text == bytes ? raw : head(text);
    Optional<String> foreign = ForeignForms.of(head);
    if (foreign.isPresent()) {
      throw new ForeignFormException(name + " is " + foreign.get());
    }
    if (new String(head, StandardCharsets.ISO_8859_1).startsWith(BYTE_ORDER_MARK)) {
      text.skipNBytes(BYTE_ORDER_MARK.length());
    }
    return new TextInput(text, beginsWithArray(text));
  }

  /** Looks behind the white space at the beginning, which stays: its lines are counted. */
  private static boolean beginsWithArray(BufferedInputStream in) throws IOException {
    in.mark(MAX_SPACE);
    int first = in.read();
    for (int read = 1; read < MAX_SPACE && isSpace(first); read++) {
      first = in.read();
    }
    in.reset();
    if (isSpace(first)) {
      throw new IOException("it begins with more than " + MAX_SPACE + " bytes of white space");
    }
    return first == '[';
  }

  private static boolean isSpace(int b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  private static byte[] head(BufferedInputStream in) throws IOException {
    in.mark(ForeignForms.HEAD);
    byte[] head = in.readNBytes(ForeignForms.HEAD);
    in.reset();
    return head;
  }

  /** The input has a form that is recognised, and cannot be read. */
  private static final class ForeignFormException extends IOException {
    private static final long serialVersionUID = 1L;

    ForeignFormException(String message) {
      super(message);
    }
  }
}
