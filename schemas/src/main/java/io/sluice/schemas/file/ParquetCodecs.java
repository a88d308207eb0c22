package io.sluice.schemas.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Decompresses the pages of Parquet files: gzip with Java's own classes, for which the library
 * would need Hadoop, and snappy and zstd with the library's.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  private static final Set<CompressionCodecName> OTHERS =
      Set.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.ZSTD);

  private final CodecFactory others = new CodecFactory(new PlainParquetConfiguration(), 1 << 16);

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    if (codec == CompressionCodecName.GZIP) {
      return new Gzip();
    }
    if (!OTHERS.contains(codec)) {
      throw new IllegalArgumentException(
          "it is compressed with " + codec + ": write it with snappy, gzip or zstd");
    }
    return others.getDecompressor(codec);
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are only read");
  }

  @Override
  public void release() {
    others.release();
  }

  private static final class Gzip implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
      try (InputStream in = new GZIPInputStream(bytes.toInputStream())) {
        byte[] page = in.readNBytes(decompressedSize);
        if (page.length != decompressedSize || in.read() != -1) {
          throw new IOException("a page has another size than it states");
        }
        return BytesInput.from(page);
      }
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
        throws IOException {
      ByteBuffer page = input.slice().limit(compressedSize);
      output.put(decompress(BytesInput.from(page), decompressedSize).toByteArray());
      input.position(input.position() + compressedSize);
    }

    @Override
    public void release() {}
  }
}
