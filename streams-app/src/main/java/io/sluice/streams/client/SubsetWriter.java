package io.sluice.streams.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.sluice.schemas.message.MessageJson;
import java.io.IOException;
import java.io.Writer;

/**
 * Writes a subset as JSON lines: {@code {"rank", "candidate_id", "source"?, "score", "query",
 * "messages": [{"role", "content", "weight"?}], "tools"?, "metadata"?}}, in selection order; rank
 * counts from 0.
 */
public final class SubsetWriter {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private SubsetWriter() {}

  /**
   * Writes all entries.
   *
   * @param out is flushed and stays open
   */
  public static void write(Subset subset, Writer out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.setRootValueSeparator(null);
      for (Subset.Entry entry : subset.entries()) {
        write(entry, json);
        json.writeRaw('\n');
      }
    }
  }

  /** Writes one entry as a JSON object, without a line end. */
  public static void write(Subset.Entry entry, JsonGenerator json) throws IOException {
    json.writeStartObject();
    writeFields(entry, json);
    json.writeEndObject();
  }

  /** Writes the fields of one entry into an object that the caller begins and ends. */
  public static void writeFields(Subset.Entry entry, JsonGenerator json) throws IOException {
    json.writeNumberField("rank", entry.rank());
    json.writeStringField("candidate_id", entry.instruction().getCandidateId());
    if (!entry.instruction().getSource().isEmpty()) {
      json.writeStringField("source", entry.instruction().getSource());
    }
    json.writeNumberField("score", entry.score());
    json.writeStringField("query", entry.query());
    if (entry.instruction().getLeak()) {
      json.writeBooleanField("leak", true);
    }
    json.writeFieldName("messages");
    MessageJson.write(entry.instruction().getMessages(), json);
    MessageJson.writeToolsAndMetadata(
        entry.instruction().getTools(), entry.instruction().getMetadata(), json);
  }
}
