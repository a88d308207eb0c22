package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GzipMembersTest {
  private static final byte[] ZEROS = new byte[512];

  @Test
  void givenSeveralMembersAndPadding_whenRead_thenAllAreRead() throws IOException {
    assertThat(read(join(gzip("one "), gzip(""), gzip("two"), ZEROS))).isEqualTo("one two");
    assertThat(read(join(gzip("one "), ZEROS, gzip("two")))).isEqualTo("one two");
  }

  @Test
  void givenAStreamThatNeverSaysHowMuchIsAvailable_whenRead_thenAllMembersAreRead()
      throws IOException {
    InputStream oneByteAtATime =
        new ByteArrayInputStream(join(gzip("one "), gzip("two"))) {
          @Override
          public synchronized int available() {
            return 0;
          }

          @Override
          public synchronized int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, 1));
          }
        };
    assertThat(read(oneByteAtATime)).isEqualTo("one two");
  }

  @Test
  void givenDamageAfterTheFirstMember_whenRead_thenItIsAnErrorThatNamesTheMember() {
    byte[] first = gzip("one ");
    byte[] second = gzip("two");
    assertFails(join(first, Arrays.copyOf(second, 15)), "gzip member 2 is cut off");
    assertFails(join(first, Arrays.copyOf(second, 3)), "gzip member 2 is cut off");
    assertFails(join(first, Arrays.copyOf(second, 1)), "gzip member 2 is");
    assertFails(join(first, changed(second, 0)), "what follows gzip member 1 is not gzip");
    assertFails(join(first, changed(second, 1)), "gzip member 2 is damaged");
    assertFails(join(first, changed(second, 2)), "gzip member 2 is damaged");
    assertFails(join(first, changed(second, second.length - 6)), "gzip member 2 is damaged");
    assertFails(join(first, changed(second, second.length - 1)), "gzip member 2 is damaged");
    assertFails(join(first, ZEROS, new byte[] {'x'}), "what follows gzip member 1 is not gzip");
  }

  @Property(tries = 300)
  void givenAByteOfTheSecondMemberIsChanged_whenRead_thenItIsAnErrorOrTheTextIsWhole(
      @ForAll @IntRange(max = 60) int at, @ForAll byte value) {
    byte[] second = gzip("the quick brown fox jumps over the lazy dog");
    byte[] odd = second.clone();
    odd[at % odd.length] = value;
    String text;
    try {
      text = read(join(gzip("one "), odd));
    } catch (IOException e) {
      return;
    }
    assertThat(text).isEqualTo("one the quick brown fox jumps over the lazy dog");
  }

  private static void assertFails(byte[] bytes, String reason) {
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(reason);
  }

  private static byte[] changed(byte[] bytes, int at) {
    byte[] changed = bytes.clone();
    changed[at] ^= 0x55;
    return changed;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] gzip(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static String read(byte[] bytes) throws IOException {
    return read(new ByteArrayInputStream(bytes));
  }

  private static String read(InputStream in) throws IOException {
    try (GzipMembers members = new GzipMembers(new BufferedInputStream(in))) {
      return new String(members.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
