package io.sluice.streams.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** Answers in JSON: fields in snake case, what is absent is null. */
final class Json {
  static final String TYPE = "application/json";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private Json() {}

  /** Answers with a record, a list or a map. */
  static void answer(Context request, Object content) {
    request.contentType(TYPE).result(text(content));
  }

  /** Answers that a request failed, and why. */
  static void error(Context request, HttpStatus status, String reason) {
    request.status(status);
    answer(request, new Failure(status.getCode(), reason));
  }

  static String text(Object content) {
    try {
      return MAPPER.writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON of " + content.getClass(), e);
    }
  }

  static JsonNode tree(Object content) {
    return MAPPER.valueToTree(content);
  }

  /**
   * Reads what another instance answered.
   *
   * @throws ApiException when it is no JSON
   */
  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw ApiException.unavailable("another instance answers with what is no JSON");
    }
  }

  /**
   * A failed request.
   *
   * @param status HTTP's status code
   * @param reason what to do about it
   */
  record Failure(int status, String reason) {}
}
