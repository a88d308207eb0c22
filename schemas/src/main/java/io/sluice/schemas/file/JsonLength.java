package io.sluice.schemas.file;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;

/** Measures how long JSON would be as text, without keeping the text. */
final class JsonLength {
  private static final ObjectWriter JSON = JsonMapper.builder().build().writer();

  private JsonLength() {}

  /**
   * Returns the length of a value as a line of JSON lines, in bytes of UTF-8.
   *
   * @throws IllegalArgumentException when it is nested too deeply to be written
   */
  static long inBytes(JsonNode value) {
    Counter counter = new Counter();
    try {
      JSON.writeValue(counter, value);
    } catch (StreamConstraintsException e) {
      throw new IllegalArgumentException("nested too deeply", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return counter.bytes;
  }

  /** Counts characters as UTF-8 writes them. Each half of a surrogate pair counts as half of it. */
  private static final class Counter extends Writer {
    private long bytes;

    @Override
    public void write(char[] text, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        char c = text[i];
        if (c < 0x80) {
          bytes++;
        } else {
          bytes += c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
