package io.sluice.schemas.file;

import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/**
 * Reads the rows of a Parquet file, with one row group in memory at a time. A row is numbered by
 * its place in the file, from 1. Not thread-safe.
 */
final class ParquetRows implements JsonItems.Source {
  /** The longest stream that is copied, in bytes. */
  static final long MAX_STREAM = 1L << 30;

  private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

  private final ParquetFileReader file;
  private final MessageType schema;
  private RecordReader<Group> rows;
  private int nextGroup;
  private long left;
  private long number;

  private final Optional<Path> copy;

  private ParquetRows(ParquetFileReader file, Optional<Path> copy) {
    this.file = file;
    this.copy = copy;
    this.schema = file.getFileMetaData().getSchema();
  }

  /** Whether a file exists and begins like Parquet. */
  static boolean isParquet(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
      return isParquet(in);
    }
  }

  /** Whether a stream, which must support marks, begins like Parquet. Nothing is consumed. */
  static boolean isParquet(InputStream in) throws IOException {
    in.mark(MAGIC.length);
    byte[] begin = in.readNBytes(MAGIC.length);
    in.reset();
    return Arrays.equals(begin, MAGIC);
  }

  /**
   * Reads a stream: since Parquet is read from its end, into a temporary file first, which is
   * deleted when the rows are closed.
   *
   * @param name how error messages name the stream
   * @param in is closed in any case
   * @throws IOException when the stream cannot be read, is longer than {@link #MAX_STREAM} or is
   *     damaged
   */
  static ParquetRows of(String name, InputStream in) throws IOException {
    Path copy = Files.createTempFile("sluice", ".parquet");
    try (in;
        OutputStream out = Files.newOutputStream(copy)) {
      in.transferTo(new BoundedOutput(out, name));
    } catch (IOException e) {
      Files.delete(copy);
      throw e;
    }
    try {
      return open(name, copy, Optional.of(copy));
    } catch (IOException e) {
      Files.delete(copy);
      throw e;
    }
  }

  /**
   * Opens a file.
   *
   * @throws IOException when it is not Parquet, is cut off or damaged; the message names it
   */
  static ParquetRows open(Path path) throws IOException {
    return open(path.toString(), path, Optional.empty());
  }

  private static ParquetRows open(String name, Path path, Optional<Path> copy) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .build();
    try {
      return new ParquetRows(ParquetFileReader.open(new LocalInputFile(path), options), copy);
    } catch (IOException | RuntimeException e) {
      // The library throws exceptions of any type for what a damaged file makes it read.
      throw new IOException(name + " is a Parquet file that is cut off or damaged: " + cause(e), e);
    }
  }

  @Override
  public Optional<JsonItem> next() throws IOException {
    try {
      while (left == 0) {
        if (nextGroup == file.getRowGroups().size()) {
          return Optional.empty();
        }
        // Two row groups together could be more than there is memory for. The file's own way from
        // one to the next would keep the last one.
        rows = null;
        PageReadStore group = file.readRowGroup(nextGroup);
        nextGroup++;
        rows =
            new ColumnIOFactory()
                .getColumnIO(schema)
                .getRecordReader(group, new GroupRecordConverter(schema));
        left = group.getRowCount();
      }
      left--;
      number++;
      return Optional.of(new JsonItem.Row(number, ParquetJson.object(rows.read(), schema)));
    } catch (RuntimeException e) {
      throw new IOException("row " + (number + 1) + " cannot be read: " + cause(e), e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
    if (copy.isPresent()) {
      Files.deleteIfExists(copy.get());
    }
  }

  /** Ends a copy that would fill the disk. */
  private static final class BoundedOutput extends FilterOutputStream {
    private final String name;
    private long room = MAX_STREAM;

    BoundedOutput(OutputStream out, String name) {
      super(out);
      this.name = name;
    }

    @Override
    public void write(int b) throws IOException {
      require(1);
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      require(length);
      out.write(bytes, offset, length);
    }

    private void require(int length) throws IOException {
      room -= length;
      if (room < 0) {
        throw new IOException(
            name
                + " is Parquet of more than "
                + MAX_STREAM
                + " bytes: send it in parts, or use the command ingest");
      }
    }
  }

  private static String cause(Exception e) {
    // The library names the object that it reads from, which says nothing to people.
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getMessage().replaceAll("\\S*" + LocalInputFile.class.getSimpleName() + "\\S*", "it");
  }
}
