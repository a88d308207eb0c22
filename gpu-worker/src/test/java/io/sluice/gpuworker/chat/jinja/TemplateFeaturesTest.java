package io.sluice.gpuworker.chat.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.GoldenData;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every part of the language, compared with what jinja2 made of it. */
class TemplateFeaturesTest {
  private static final JsonNode FEATURES =
      GoldenData.json(Path.of("src/test/resources/chat/features.json"));
  private static final LocalDateTime NOW = LocalDateTime.of(2025, 3, 7, 9, 5, 2);

  static Stream<JsonNode> cases() {
    List<JsonNode> cases = new ArrayList<>();
    FEATURES.get("cases").forEach(cases::add);
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givenATemplate_whenRendered_thenEqualsTheReferenceOrFailsWithIt(JsonNode expected) {
    Map<String, JsonNode> variables = new HashMap<>();
    FEATURES.get("args").properties().forEach(arg -> variables.put(arg.getKey(), arg.getValue()));
    variables.put("messages", FEATURES.get("args").get("el"));

    String actual;
    List<List<Integer>> generations = new ArrayList<>();
    try {
      Rendered rendered =
          Template.parse(expected.get("template").textValue())
              .render(variables, NOW, new Work(Limits.DEFAULT));
      actual = rendered.text();
      for (Rendered.Span span : rendered.generations()) {
        generations.add(
            List.of(actual.codePointCount(0, span.start()), actual.codePointCount(0, span.end())));
      }
    } catch (RenderException e) {
      actual = e.raisedByTemplate() ? "raised: " + e.getMessage() : "failed";
    } catch (TemplateSyntaxException e) {
      actual = "failed";
    }

    assertEquals(wanted(expected), actual);
    if (expected.has("generations")) {
      assertEquals(expected.get("generations").toString(), generations.toString().replace(" ", ""));
    }
  }

  private static String wanted(JsonNode expected) {
    if (expected.has("text")) {
      return expected.get("text").textValue();
    }
    return expected.get("raised").booleanValue()
        ? "raised: " + expected.get("error").textValue()
        : "failed";
  }
}
