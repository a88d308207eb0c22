package io.sluice.streams.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** Reads and writes the JSON of the API: field names are in snake case, absent values are null. */
final class Json {
  static final String TYPE = "application/json";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private Json() {}

  /** Responds with a record, a list or a map. */
  static void respond(Context request, Object content) {
    request.contentType(TYPE).result(text(content));
  }

  /** Responds with an error. */
  static void respondError(Context request, HttpStatus status, String reason) {
    request.status(status);
    respond(request, new Failure(status.getCode(), reason));
  }

  static String text(Object content) {
    try {
      return MAPPER.writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + content.getClass(), e);
    }
  }

  static JsonNode tree(Object content) {
    return MAPPER.valueToTree(content);
  }

  /**
   * Parses the response of another instance.
   *
   * @throws ApiException when it is not JSON
   */
  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw ApiException.unavailable(
          "the response of another instance is not JSON: check application.server of all instances");
    }
  }

  /**
   * The body of an error response.
   *
   * @param status the HTTP status code
   * @param reason what is wrong and what the client can do
   */
  record Failure(int status, String reason) {}
}
