package io.sluice.streams.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.message.MessageJson;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A format of example files. In each format an example is a row with the column {@code messages}, a
 * list of messages with {@code role} and {@code content}. When some turn is not learnt, turns of
 * the assistant have a {@code weight} as well. Examples with tools or metadata have these columns.
 */
public enum ExampleFormat {
  /**
   * JSON lines, one example per line: {@code {"messages": [{"role", "content"}], "tools"?,
   * "metadata"?}}.
   */
  JSONL("jsonl") {
    @Override
    void write(List<ExportedExample> examples, List<ExportedExample> folder, Path file)
        throws IOException {
      // Readers of columns infer the type of a message from the first lines of a file, so either
      // all lines have weights or none.
      boolean withWeights =
          folder.stream()
              .flatMap(example -> example.messages().stream())
              .anyMatch(message -> !message.getLearn());
      try (Writer out = Files.newBufferedWriter(file);
          JsonGenerator json = new JsonFactory().createGenerator(out)) {
        json.setRootValueSeparator(null);
        for (ExportedExample example : examples) {
          json.writeStartObject();
          json.writeFieldName("messages");
          if (withWeights) {
            MessageJson.writeWithWeights(example.messages(), json);
          } else {
            MessageJson.write(example.messages(), json);
          }
          MessageJson.writeToolsAndMetadata(example.tools(), example.metadata(), json);
          json.writeEndObject();
          json.writeRaw('\n');
        }
      }
    }
  },

  /** Parquet, compressed with zstd. */
  PARQUET("parquet") {
    @Override
    void write(List<ExportedExample> examples, List<ExportedExample> folder, Path file)
        throws IOException {
      ParquetExamples.write(examples, folder, file);
    }
  };

  private final String extension;

  ExampleFormat(String extension) {
    this.extension = extension;
  }

  /** The file name extension, without the dot. */
  public String extension() {
    return extension;
  }

  /**
   * Writes examples to a new file.
   *
   * @param folder the examples of all files of the folder: readers that load several of the files
   *     together need the same columns in each
   */
  abstract void write(List<ExportedExample> examples, List<ExportedExample> folder, Path file)
      throws IOException;
}
