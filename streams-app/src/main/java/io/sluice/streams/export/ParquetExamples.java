package io.sluice.streams.export;

import io.sluice.schemas.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
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
 * Writes examples as Parquet: one row per example, with the column {@code messages}. The field
 * {@code weight} is 0 for turns that are not learnt, and null for all others.
 */
final class ParquetExamples {
  /** The list has three levels, which the specification of Parquet requires of writers. */
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
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
          }
          """);

  private ParquetExamples() {}

  /** Writes examples to a new file. */
  static void write(List<List<Message>> examples, Path file) throws IOException {
    try (ParquetWriter<List<Message>> writer = new Builder(new LocalOutputFile(file)).build()) {
      for (List<Message> example : examples) {
        writer.write(example);
      }
    }
  }

  private static final class Builder extends ParquetWriter.Builder<List<Message>, Builder> {
    Builder(OutputFile file) {
      super(file);
      withConf(new PlainParquetConfiguration());
      withCompressionCodec(CompressionCodecName.ZSTD);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @Deprecated
    protected WriteSupport<List<Message>> getWriteSupport(
        org.apache.hadoop.conf.Configuration unused) {
      return new Rows();
    }

    @Override
    protected WriteSupport<List<Message>> getWriteSupport(ParquetConfiguration unused) {
      return new Rows();
    }
  }

  private static final class Rows extends WriteSupport<List<Message>> {
    private RecordConsumer out;

    @Override
    @Deprecated
    public WriteContext init(org.apache.hadoop.conf.Configuration unused) {
      return new WriteContext(SCHEMA, new HashMap<>());
    }

    @Override
    public WriteContext init(ParquetConfiguration unused) {
      return new WriteContext(SCHEMA, new HashMap<>());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      out = consumer;
    }

    @Override
    public void write(List<Message> example) {
      out.startMessage();
      out.startField("messages", 0);
      out.startGroup();
      if (!example.isEmpty()) {
        out.startField("list", 0);
        example.forEach(this::write);
        out.endField("list", 0);
      }
      out.endGroup();
      out.endField("messages", 0);
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
