package io.sluice.streams.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.Message;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A format of example files. In each format an example is a row with the column {@code messages}, a
 * list of messages with {@code role} and {@code content}.
 */
public enum ExampleFormat {
  /** JSON lines, one example per line: {@code {"messages": [{"role", "content"}]}}. */
  JSONL("jsonl", "json") {
    @Override
    void write(List<List<Message>> examples, Path file) throws IOException {
      try (Writer out = Files.newBufferedWriter(file);
          JsonGenerator json = new JsonFactory().createGenerator(out)) {
        json.setRootValueSeparator(null);
        for (List<Message> example : examples) {
          write(example, json);
        }
      }
    }

    private static void write(List<Message> example, JsonGenerator json) throws IOException {
      json.writeStartObject();
      json.writeArrayFieldStart("messages");
      for (Message message : example) {
        json.writeStartObject();
        json.writeStringField("role", message.getRole());
        json.writeStringField("content", message.getContent());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
  },

  /** Parquet, compressed with zstd. */
  PARQUET("parquet", "parquet") {
    @Override
    void write(List<List<Message>> examples, Path file) throws IOException {
      ParquetExamples.write(examples, file);
    }
  };

  private final String extension;
  private final String loader;

  ExampleFormat(String extension, String loader) {
    this.extension = extension;
    this.loader = loader;
  }

  /** The file name extension, without the dot. */
  public String extension() {
    return extension;
  }

  /** The name of the loader for this format in the Hugging Face library {@code datasets}. */
  String loader() {
    return loader;
  }

  /** Writes examples to a new file. */
  abstract void write(List<List<Message>> examples, Path file) throws IOException;
}
