package io.sluice.schemas.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * Parses JSON without loss: a number keeps all its digits and stays a whole number or a decimal
 * one, objects keep the order of their keys, and a key that is given twice is an error. Written
 * again, the result therefore means the same to every reader.
 */
public final class ExactJson {
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build()
          .reader();

  private ExactJson() {}

  /**
   * Parses a text that must be exactly one JSON value.
   *
   * @return the value; {@link com.fasterxml.jackson.databind.node.MissingNode} for a blank text
   * @throws JsonProcessingException when the text is not JSON, or is nested more than 1000 levels
   *     deep
   */
  public static JsonNode read(String text) throws JsonProcessingException {
    return READER.readTree(text);
  }
}
