package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
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
 * its place in the file, from 1. Rows that have no JSON, or too much of it, are returned as {@link
 * JsonItem.Unreadable}. Not thread-safe.
 */
final class ParquetRows implements JsonItems.Source {
  /** The longest stream that is copied, in bytes. */
  static final long MAX_STREAM = 1L << 30;

  private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

  private final ParquetFileReader file;
  private final Optional<Path> copy;
  private final int maxBytes;
  private final MessageType schema;

  /** Why no row can be used, whatever is in it. */
  private final Optional<String> problem;

  private RecordReader<Group> rows;
  private ParquetJson json;
  private int nextGroup;
  private long left;
  private long number;

  private ParquetRows(ParquetFileReader file, Optional<Path> copy, int maxBytes) {
    this.file = file;
    this.copy = copy;
    this.maxBytes = maxBytes;
    this.schema = file.getFileMetaData().getSchema();
    this.problem = ParquetSchemaRules.problem(schema);
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

  /** Whether a file ends like Parquet, which has a description of its columns there. */
  private static boolean endsLikeParquet(Path path) throws IOException {
    try (SeekableByteChannel in = Files.newByteChannel(path)) {
      ByteBuffer end = ByteBuffer.allocate(MAGIC.length);
      in.position(Math.max(MAGIC.length, in.size() - MAGIC.length));
      while (end.hasRemaining() && in.read(end) >= 0) {
        // A channel may return fewer bytes than there is room for.
      }
      return Arrays.equals(end.array(), MAGIC);
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
   * @param maxBytes length of the longest row that is accepted, in bytes as JSON
   * @throws IOException when the stream cannot be read, is longer than {@link #MAX_STREAM} or is
   *     damaged
   */
  static ParquetRows of(String name, InputStream in, int maxBytes) throws IOException {
    Path copy = Files.createTempFile("sluice", ".parquet");
    try (in;
        OutputStream out = Files.newOutputStream(copy)) {
      in.transferTo(new BoundedOutput(out, name));
    } catch (IOException e) {
      Files.delete(copy);
      throw e;
    }
    try {
      return open(name, copy, Optional.of(copy), maxBytes);
    } catch (IOException e) {
      Files.delete(copy);
      throw e;
    }
  }

  /**
   * Opens a file.
   *
   * @param maxBytes length of the longest row that is accepted, in bytes as JSON
   * @throws IOException when it is not Parquet, is cut off or damaged; the message names it
   */
  static ParquetRows open(Path path, int maxBytes) throws IOException {
    return open(path.toString(), path, Optional.empty(), maxBytes);
  }

  private static ParquetRows open(String name, Path path, Optional<Path> copy, int maxBytes)
      throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .build();
    try {
      return new ParquetRows(
          ParquetFileReader.open(new LocalInputFile(path), options), copy, maxBytes);
    } catch (StackOverflowError e) {
      // The library descends into the schema without a limit.
      throw new IOException(name + " is a Parquet file with columns that are nested too deeply", e);
    } catch (IOException | RuntimeException e) {
      // The library throws exceptions of any type for what a damaged file makes it read, with
      // messages about its own steps.
      throw new IOException(
          name
              + (endsLikeParquet(path)
                  ? " is a Parquet file that is damaged: the description of its columns, at its end,"
                      + " cannot be read"
                  : " is a Parquet file that is cut off or damaged: its end is missing")
              + ". Copy or download it again, or write it again",
          e);
    }
  }

  @Override
  public Optional<JsonItem> next() throws IOException {
    while (left == 0) {
      if (nextGroup == file.getRowGroups().size()) {
        return Optional.empty();
      }
      begin(nextGroup);
      nextGroup++;
    }
    JsonItem item = problem.isPresent() ? refused(problem.get()) : read();
    left--;
    number++;
    return Optional.of(item);
  }

  private void begin(int group) throws IOException {
    // Two row groups together could be more than there is memory for. The file's own way from one
    // to the next would keep the last one.
    rows = null;
    left = file.getRowGroups().get(group).getRowCount();
    // The library can read neither a group without rows nor columns that break the rules.
    if (left > 0 && problem.isEmpty()) {
      try {
        json = ParquetJson.of(schema);
        PageReadStore pages = file.readRowGroup(group);
        rows =
            new ColumnIOFactory()
                .getColumnIO(schema)
                .getRecordReader(pages, new GroupRecordConverter(schema));
      } catch (RuntimeException e) {
        throw unreadable(e);
      }
    }
  }

  private JsonItem read() throws IOException {
    try {
      return item(rows.read());
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  private JsonItem item(Group row) {
    try {
      ObjectNode object = json.object(row);
      return JsonLength.inBytes(object) > maxBytes
          ? JsonItem.tooLong(Place.row(number + 1), maxBytes)
          : new JsonItem.Row(Place.row(number + 1), object);
    } catch (IllegalArgumentException e) {
      return refused(e.getMessage());
    }
  }

  private JsonItem refused(String reason) {
    return new JsonItem.Unreadable(Place.row(number + 1), reason);
  }

  private IOException unreadable(RuntimeException e) {
    return new IOException("row " + (number + 1) + " cannot be read: " + cause(e), e);
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
