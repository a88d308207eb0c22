package io.sluice.schemas.file;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Recognises, by their first bytes, files that hold no JSON text, so that they can be refused. */
final class ForeignForms {
  /** How many bytes are enough to recognise any of the forms. */
  static final int HEAD = 512;

  private static final int TAR_MAGIC_AT = 257;

  private static final String GZIP = "1f8b";
  private static final String ZSTD = "28b52ffd";

  private static final List<Form> FORMS =
      List.of(
          new Form("50415231", "a Parquet file that is compressed as a whole: decompress it"),
          new Form("4152524f5731", "an Arrow file: convert it to JSON lines"),
          new Form(ZSTD, "compressed with zstd twice: decompress it once (zstd -d)"),
          new Form("504b0304", "a zip archive: unpack it"),
          new Form("fd377a585a00", "compressed with xz: decompress it (xz -d), or use gzip"),
          new Form("425a68", "compressed with bzip2: decompress it (bzip2 -d), or use gzip"),
          new Form("04224d18", "compressed with lz4: decompress it (lz4 -d), or use gzip"),
          new Form("377abcaf271c", "a 7z archive: unpack it"),
          new Form("934e554d5059", "a NumPy file: give the examples as JSON lines"),
          new Form(GZIP, "compressed with gzip twice: decompress it once (gunzip)"),
          new Form("fffe0000", "UTF-32 text: save the file as UTF-8"),
          new Form("0000feff", "UTF-32 text: save the file as UTF-8"),
          new Form("fffe", "UTF-16 text: save the file as UTF-8"),
          new Form("feff", "UTF-16 text: save the file as UTF-8"));

  private ForeignForms() {}

  /** Whether an input begins like gzip. */
  static boolean isGzip(byte[] head) {
    return HexFormat.of().formatHex(head).startsWith(GZIP);
  }

  /** Whether an input begins like zstd. */
  static boolean isZstd(byte[] head) {
    return HexFormat.of().formatHex(head).startsWith(ZSTD);
  }

  /**
   * Says which of these forms an input has, by its beginning after decompression, and what to do
   * about it; empty when it has none of them.
   *
   * @param head the first {@link #HEAD} bytes, or all when there are fewer
   */
  static Optional<String> of(byte[] head) {
    String hex = HexFormat.of().formatHex(head);
    if (hex.startsWith("7573746172", 2 * TAR_MAGIC_AT)) {
      return Optional.of("a tar archive: unpack it");
    }
    if (head.length >= 2 && (head[0] == 0) != (head[1] == 0)) {
      // A bracket or a space in UTF-16 without a byte order mark.
      return Optional.of("UTF-16 text or no text at all: save the file as UTF-8");
    }
    return FORMS.stream()
        .filter(form -> hex.startsWith(form.magic))
        .map(form -> form.advice)
        .findFirst();
  }

  private record Form(String magic, String advice) {}
}
