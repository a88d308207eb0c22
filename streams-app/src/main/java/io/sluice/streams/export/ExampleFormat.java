package io.sluice.streams.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.Message;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A form of example files. All hold a column {@code messages}, a list of role and content. */
public enum ExampleFormat {
  /** JSON lines: {@code {"messages": [{"role", "content"}]}}. */
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

  /** Parquet, compressed by zstd. */
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

  /** What the names of its files end with, without a dot. */
  public String extension() {
    return extension;
  }

  /** What Hugging Face's datasets call the loader of its files. */
  String loader() {
    return loader;
  }

  /** Writes a new file. */
  abstract void write(List<List<Message>> examples, Path file) throws IOException;
}
