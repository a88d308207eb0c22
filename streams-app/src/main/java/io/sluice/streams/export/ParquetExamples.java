package io.sluice.streams.export;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.message.MessageJson;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.GroupWriter;
import org.apache.parquet.example.data.simple.SimpleGroup;
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
 * Writes examples as Parquet: one row per example, with the column {@code messages}, and the
 * columns {@code tools} and {@code metadata} if any example has some.
 *
 * <p>A column has one type for all rows, while tools, metadata and the further fields of turns,
 * such as tool calls, differ from example to example. They are stored as JSON texts with the
 * logical type JSON of Parquet, which the library {@code datasets} reads as its feature {@code
 * Json}: each value is given back as it was, without nulls for the fields that only other examples
 * have. Where no turn has further fields, turns are groups with the fields {@code role}, {@code
 * content} and {@code weight}, which every reader of Parquet understands.
 */
final class ParquetExamples {
  /** Lists have three levels, which the specification of Parquet requires of writers. */
  private static final String SCHEMA =
      """
          message example {
            required group messages (LIST) {
              repeated group list {
                %s
              }
            }
            %s
            %s
          }
          """;

  private static final String PLAIN_TURN =
      """
          required group element {
            required binary role (STRING);
            required binary content (STRING);
            optional int32 weight;
          }
          """;

  private static final String JSON_TURN = "required binary element (JSON);";

  private static final String TOOLS =
      """
          optional group tools (LIST) {
            repeated group list {
              required binary element (JSON);
            }
          }
          """;

  private static final String METADATA = "optional binary metadata (JSON);";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ParquetExamples() {}

  /**
   * Writes examples to a new file.
   *
   * @param folder the examples that decide which columns the file has, those of this file among
   *     them
   * @throws IOException when the file cannot be written, or a text of an example is not Unicode, so
   *     that it has no UTF-8
   */
  static void write(List<ExportedExample> examples, List<ExportedExample> folder, Path file)
      throws IOException {
    Columns columns = Columns.of(folder);
    Rows rows = new Rows(columns, columns.schema());
    try (ParquetWriter<Group> writer =
        new Builder(new LocalOutputFile(file), rows.schema()).build()) {
      for (ExportedExample example : examples) {
        try {
          writer.write(rows.of(example));
        } catch (CharacterCodingException e) {
          throw new IOException(
              "example "
                  + example.id()
                  + " contains half a surrogate pair, which is not a character and has no UTF-8",
              e);
        }
      }
    }
  }

  /**
   * The columns that a file needs.
   *
   * @param turnsAsJson whether some turn has further fields, so that turns are JSON texts
   * @param weights whether some turn is not learnt, so that all turns of the assistant have weights
   * @param tools whether some example has tools
   * @param metadata whether some example has metadata
   */
  private record Columns(boolean turnsAsJson, boolean weights, boolean tools, boolean metadata) {
    static Columns of(List<ExportedExample> examples) {
      List<Message> turns =
          examples.stream().flatMap(example -> example.messages().stream()).toList();
      return new Columns(
          turns.stream().anyMatch(turn -> !turn.getExtra().isEmpty()),
          turns.stream().anyMatch(turn -> !turn.getLearn()),
          examples.stream().anyMatch(example -> !example.tools().isEmpty()),
          examples.stream().anyMatch(example -> !example.metadata().isEmpty()));
    }

    MessageType schema() {
      return MessageTypeParser.parseMessageType(
          SCHEMA.formatted(
              turnsAsJson ? JSON_TURN : PLAIN_TURN, tools ? TOOLS : "", metadata ? METADATA : ""));
    }
  }

  /** Converts examples to rows of these columns. */
  private record Rows(Columns columns, MessageType schema) {
    /**
     * Converts an example.
     *
     * @throws CharacterCodingException when a text of it is not Unicode
     * @throws IOException when its tools or further fields are not JSON
     */
    Group of(ExportedExample example) throws IOException {
      Group row = new SimpleGroup(schema);
      Group messages = row.addGroup("messages");
      for (Message turn : example.messages()) {
        addTurn(turn, messages.addGroup("list"));
      }
      if (!example.tools().isEmpty()) {
        Group tools = row.addGroup("tools");
        for (JsonNode tool : ExactJson.read(example.tools())) {
          tools.addGroup("list").add("element", utf8(tool.toString()));
        }
      }
      if (!example.metadata().isEmpty()) {
        row.add("metadata", utf8(JSON.valueToTree(new TreeMap<>(example.metadata())).toString()));
      }
      return row;
    }

    private void addTurn(Message turn, Group holder) throws IOException {
      if (columns.turnsAsJson()) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
          MessageJson.writeTurn(turn, columns.weights(), json);
        }
        holder.add("element", utf8(text.toString()));
        return;
      }
      Group fields = holder.addGroup("element");
      fields.add("role", utf8(turn.getRole()));
      fields.add("content", utf8(turn.getContent()));
      if (!turn.getLearn() || (columns.weights() && turn.getRole().equals("assistant"))) {
        fields.add("weight", turn.getLearn() ? 1 : 0);
      }
    }

    /** Encodes a text; Java would write a question mark for half a surrogate pair. */
    private static Binary utf8(String text) throws CharacterCodingException {
      return Binary.fromConstantByteBuffer(
          StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text)));
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Group, Builder> {
    private final MessageType schema;

    Builder(OutputFile file, MessageType schema) {
      super(file);
      this.schema = schema;
      withConf(new PlainParquetConfiguration());
      withCompressionCodec(CompressionCodecName.ZSTD);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @Deprecated
    protected WriteSupport<Group> getWriteSupport(org.apache.hadoop.conf.Configuration unused) {
      return new Groups(schema);
    }

    @Override
    protected WriteSupport<Group> getWriteSupport(ParquetConfiguration unused) {
      return new Groups(schema);
    }
  }

  /** Passes rows on to the writer of the library, which needs no configuration of Hadoop here. */
  private static final class Groups extends WriteSupport<Group> {
    private final MessageType schema;
    private GroupWriter writer;

    Groups(MessageType schema) {
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
      writer = new GroupWriter(consumer, schema);
    }

    @Override
    public void write(Group row) {
      writer.write(row);
    }
  }
}
