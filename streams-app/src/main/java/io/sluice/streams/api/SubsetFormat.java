package io.sluice.streams.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import io.sluice.streams.client.Subset;
import io.sluice.streams.client.SubsetWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A format in which the API sends a subset, in selection order. */
enum SubsetFormat {
  /** One JSON object with task, revision and the list of examples. */
  JSON("json", Json.TYPE) {
    @Override
    void write(Subset subset, Writer out) throws IOException {
      try (JsonGenerator json = FACTORY.createGenerator(out)) {
        json.writeStartObject();
        json.writeStringField("task", subset.task().getTaskId());
        json.writeNumberField("revision", subset.task().getRevision());
        json.writeArrayFieldStart("selected");
        for (Subset.Entry entry : subset.entries()) {
          SubsetWriter.write(entry, json);
        }
        json.writeEndArray();
        json.writeEndObject();
      }
    }
  },

  /** One JSON object per line, in the form that the command line prints. */
  JSON_LINES("jsonl", "application/x-ndjson") {
    @Override
    void write(Subset subset, Writer out) throws IOException {
      SubsetWriter.write(subset, out);
    }
  };

  /** Response header: the revision of the task for which the subset was selected. */
  static final String REVISION = "Sluice-Revision";

  /** Response header: the number of examples in the response. */
  static final String SIZE = "Sluice-Size";

  private static final JsonFactory FACTORY = new JsonFactory();

  private final String label;
  private final String type;

  SubsetFormat(String label, String type) {
    this.label = label;
    this.type = type;
  }

  /**
   * The format that the query parameter {@code format} names; JSON when it is missing.
   *
   * @throws ApiException when there is no such format
   */
  static SubsetFormat of(Context request) {
    String wanted = Optional.ofNullable(request.queryParam("format")).orElse(JSON.label);
    for (SubsetFormat format : values()) {
      if (format.label.equals(wanted)) {
        return format;
      }
    }
    throw ApiException.badRequest("unknown format: use json or jsonl");
  }

  /** The value of the query parameter {@code format}. */
  String label() {
    return label;
  }

  /** Responds with a subset. */
  void respond(Context request, Subset subset) throws IOException {
    request.header(REVISION, Integer.toString(subset.task().getRevision()));
    request.header(SIZE, Integer.toString(subset.entries().size()));
    request.contentType(type);
    try (Writer out = new OutputStreamWriter(request.outputStream(), StandardCharsets.UTF_8)) {
      write(subset, out);
    }
  }

  abstract void write(Subset subset, Writer out) throws IOException;
}
