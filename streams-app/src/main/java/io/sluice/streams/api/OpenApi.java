package io.sluice.streams.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Handles {@code GET /api/openapi.json}: the description of the API for programs. */
final class OpenApi {
  private static final String FILE = "openapi.json";

  private OpenApi() {}

  static void respond(Context request) {
    Parameters.only(request);
    request.contentType(Json.TYPE).result(text());
  }

  /** The description. */
  static String text() {
    try (InputStream in = OpenApi.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + FILE + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
