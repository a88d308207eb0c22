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

/** How a subset is answered: in selection order, written as it goes. */
enum SubsetFormat {
  /** One object with task, revision and the list of examples. */
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

  /** One object a line, as the command line prints it. */
  JSON_LINES("jsonl", "application/x-ndjson") {
    @Override
    void write(Subset subset, Writer out) throws IOException {
      SubsetWriter.write(subset, out);
    }
  };

  /** The header that names the revision of the task that a subset was selected for. */
  static final String REVISION = "Sluice-Revision";

  /** The header that says how many examples follow. */
  static final String SIZE = "Sluice-Size";

  private static final JsonFactory FACTORY = new JsonFactory();

  private final String label;
  private final String type;

  SubsetFormat(String label, String type) {
    this.label = label;
    this.type = type;
  }

  /** What the request asks for; JSON when it does not say. */
  static SubsetFormat of(Context request) {
    String wanted = Optional.ofNullable(request.queryParam("format")).orElse(JSON.label);
    for (SubsetFormat format : values()) {
      if (format.label.equals(wanted)) {
        return format;
      }
    }
    throw ApiException.badRequest("unknown format: use json or jsonl");
  }

  /** How a request asks for it. */
  String label() {
    return label;
  }

  /** Answers with a subset. */
  void answer(Context request, Subset subset) throws IOException {
    request.header(REVISION, Integer.toString(subset.task().getRevision()));
    request.header(SIZE, Integer.toString(subset.entries().size()));
    request.contentType(type);
    try (Writer out = new OutputStreamWriter(request.outputStream(), StandardCharsets.UTF_8)) {
      write(subset, out);
    }
  }

  abstract void write(Subset subset, Writer out) throws IOException;
}
