package io.sluice.streams.export;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * Writes examples as Parquet: one row per example, with the column {@code messages}, and {@code
 * metadata} as JSON text if any example has some. The field {@code weight} is 0 for turns that are
 * not learnt, and null for all others.
 *
 * <p>Tools and further fields of turns are refused: their structure differs from example to
 * example, while a column has one type.
 */
final class ParquetExamples {
  /** The list has three levels, which the specification of Parquet requires of writers. */
  private static final String SCHEMA =
      """
          message example {
            required group messages (LIST) {
              repeated group list {
                required group element {
                  required binary role (STRING);
                  required binary content (STRING);
                  optional int32 weight;
                }
              }
            }
            %s
          }
          """;

  private static final String METADATA = "optional binary metadata (STRING);";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ParquetExamples() {}

  /**
   * Writes examples to a new file.
   *
   * @throws IOException when the file cannot be written, or an example has tools, or a turn with
   *     further fields
   */
  static void write(List<ExportedExample> examples, Path file) throws IOException {
    for (ExportedExample example : examples) {
      if (!example.tools().isEmpty()
          || example.messages().stream().anyMatch(turn -> !turn.getExtra().isEmpty())) {
        throw new IOException(
            "examples with tools, tool calls or thoughts cannot be written as Parquet, whose"
                + " columns have one type: use --format jsonl");
      }
    }
    boolean hasMetadata = examples.stream().anyMatch(example -> !example.metadata().isEmpty());
    Rows rows =
        new Rows(MessageTypeParser.parseMessageType(SCHEMA.formatted(hasMetadata ? METADATA : "")));
    try (ParquetWriter<ExportedExample> writer =
        new Builder(new LocalOutputFile(file), rows).build()) {
      for (ExportedExample example : examples) {
        writer.write(example);
      }
    }
  }

  private static final class Builder extends ParquetWriter.Builder<ExportedExample, Builder> {
    private final Rows rows;

    Builder(OutputFile file, Rows rows) {
      super(file);
      this.rows = rows;
      withConf(new PlainParquetConfiguration());
      withCompressionCodec(CompressionCodecName.ZSTD);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @Deprecated
    protected WriteSupport<ExportedExample> getWriteSupport(
        org.apache.hadoop.conf.Configuration unused) {
      return rows;
    }

    @Override
    protected WriteSupport<ExportedExample> getWriteSupport(ParquetConfiguration unused) {
      return rows;
    }
  }

  private static final class Rows extends WriteSupport<ExportedExample> {
    private final MessageType schema;
    private RecordConsumer out;

    Rows(MessageType schema) {
      this.schema = schema;
    }

    @Override
    @Deprecated
    public WriteContext init(org.apache.hadoop.conf.Configuration unused) {
      return new WriteContext(schema, new HashMap<>());
    }

    @Override
    public WriteContext init(ParquetConfiguration unused) {
      return new WriteContext(schema, new HashMap<>());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      out = consumer;
    }

    @Override
    public void write(ExportedExample example) {
      out.startMessage();
      out.startField("messages", 0);
      out.startGroup();
      if (!example.messages().isEmpty()) {
        out.startField("list", 0);
        example.messages().forEach(this::write);
        out.endField("list", 0);
      }
      out.endGroup();
      out.endField("messages", 0);
      if (!example.metadata().isEmpty()) {
        write("metadata", 1, JSON.valueToTree(new TreeMap<>(example.metadata())).toString());
      }
      out.endMessage();
    }

    private void write(Message message) {
      out.startGroup();
      out.startField("element", 0);
      out.startGroup();
      write("role", 0, message.getRole());
      write("content", 1, message.getContent());
      if (!message.getLearn()) {
        out.startField("weight", 2);
        out.addInteger(0);
        out.endField("weight", 2);
      }
      out.endGroup();
      out.endField("element", 0);
      out.endGroup();
    }

    private void write(String field, int index, String value) {
      out.startField(field, index);
      out.addBinary(Binary.fromString(value));
      out.endField(field, index);
    }
  }
}
