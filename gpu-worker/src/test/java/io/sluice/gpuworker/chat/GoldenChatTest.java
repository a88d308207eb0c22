package io.sluice.gpuworker.chat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.chat.LearntText.Reason;
import io.sluice.gpuworker.chat.jinja.Limits;
import io.sluice.gpuworker.chat.jinja.Rendered;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chat templates of known models, compared with what transformers renders and learns. */
class GoldenChatTest {
  private static final Path BUILD = Path.of("src/test/resources/chat/golden");

  /** The folder of a template; that of the other templates is not part of the build. */
  private static Path folder(String name) {
    return Files.exists(BUILD.resolve(name))
        ? BUILD.resolve(name)
        : GoldenData.shared("golden/chat/" + name);
  }

  private static ChatTemplate template(Path folder, JsonNode golden) throws Exception {
    Map<String, String> tokens = new HashMap<>();
    golden
        .get("special_tokens")
        .properties()
        .forEach(
            token -> {
              if (token.getValue().isTextual()) {
                tokens.put(token.getKey(), token.getValue().textValue());
              }
            });
    return new ChatTemplate(
        Files.readString(folder.resolve("template.jinja")),
        tokens,
        LocalDateTime.parse(golden.get("strftime_now").textValue()));
  }

  private static Conversation conversation(Path folder, String id) {
    for (JsonNode json : GoldenData.json(folder.resolveSibling("conversations.json"))) {
      if (json.get("id").textValue().equals(id)) {
        List<ObjectNode> messages = new ArrayList<>();
        json.get("messages").forEach(message -> messages.add((ObjectNode) message));
        Map<String, JsonNode> arguments = new HashMap<>();
        json.path("kwargs")
            .properties()
            .forEach(arg -> arguments.put(arg.getKey(), arg.getValue()));
        Optional<ArrayNode> tools =
            json.get("tools").isNull()
                ? Optional.empty()
                : Optional.of((ArrayNode) json.get("tools"));
        return new Conversation(messages, tools, arguments);
      }
    }
    throw new IllegalArgumentException(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "own_dev",
        "deepseek_r1_distill",
        "llama3",
        "llama3_1",
        "llama3_2",
        "llama3_training",
        "phi3",
        "qwen2_5",
        "qwen2_5_training",
        "qwen3",
        "qwen3_instruct_2507",
        "qwen3_training"
      })
  void givenATemplate_whenConversationsAreRendered_thenAllEqualsTheReference(String name)
      throws Exception {
    Path folder = folder(name);
    JsonNode golden = GoldenData.json(folder.resolve("cases.json"));
    ChatTemplate template = template(folder, golden);
    assertEquals(golden.get("has_generation_markers").booleanValue(), template.marksGeneration());

    for (JsonNode expected : golden.get("cases")) {
      Conversation conversation = conversation(folder, expected.get("id").textValue());
      String place = name + " " + expected.get("id").textValue();

      assertRendering(expected.get("text"), template.render(conversation, false), place);
      assertRendering(
          expected.get("text_generation_prompt"), template.render(conversation, true), place);
      if (template.render(conversation, false) instanceof Rendering.Complete complete) {
        assertPrefixes(expected.get("spans_prefix"), template, conversation, complete, place);
        if (template.marksGeneration()) {
          assertMarks(expected, golden, template.learn(conversation), complete, place);
        }
      } else {
        assertInstanceOf(LearntText.Refused.class, template.learn(conversation), place);
      }
    }
  }

  private static void assertRendering(JsonNode expected, Rendering actual, String place) {
    if (expected.isTextual()) {
      assertEquals(
          new Rendering.Complete(expected.textValue(), generations(actual)), actual, place);
      return;
    }
    Rendering.Refused refused = assertInstanceOf(Rendering.Refused.class, actual, place);
    JsonNode error = expected.get("error");
    if (error.get("kind").textValue().equals("raise_exception")) {
      assertEquals(error.get("message").textValue(), refused.message(), place);
    }
  }

  private static List<Rendered.Span> generations(Rendering rendering) {
    return rendering instanceof Rendering.Complete complete ? complete.generations() : List.of();
  }

  private static void assertPrefixes(
      JsonNode expected,
      ChatTemplate template,
      Conversation conversation,
      Rendering.Complete complete,
      String place) {
    Map<Integer, String> wanted = new TreeMap<>();
    boolean some = false;
    for (JsonNode span : expected) {
      boolean holds = span.get("span").isArray() && span.get("holds_in_full").booleanValue();
      some |= holds;
      wanted.put(
          span.get("message").intValue(),
          holds ? span.get("span").toString() + span.get("text").textValue() : reason(span).name());
    }

    LearntText learnt = template.turns(conversation, new StepBudget(Limits.DEFAULT, 10)).all();

    if (!some) {
      assertInstanceOf(LearntText.Refused.class, learnt, place);
      return;
    }
    LearntText.Learnable found = assertInstanceOf(LearntText.Learnable.class, learnt, place);
    Map<Integer, String> actual = new TreeMap<>();
    for (LearntText.Part part : found.learnt()) {
      Rendered.Span span = part.span();
      actual.put(
          part.message().orElseThrow(),
          codePoints(complete.text(), span) + complete.text().substring(span.start(), span.end()));
    }
    found.unlearnt().forEach(answer -> actual.put(answer.message(), answer.reason().name()));
    assertEquals(wanted, actual, place);
  }

  private static Reason reason(JsonNode span) {
    if (span.get("span").isArray()) {
      return Reason.CHANGED_LATER;
    }
    return switch (span.get("why").textValue()) {
      case "not_a_prefix" -> Reason.NOT_A_PREFIX;
      case "prefix_raises" -> Reason.PREFIX_REFUSED;
      default -> Reason.TURN_REFUSED;
    };
  }

  private static String codePoints(String text, Rendered.Span span) {
    return "["
        + text.codePointCount(0, span.start())
        + ","
        + text.codePointCount(0, span.end())
        + "]";
  }

  private static void assertMarks(
      JsonNode expected,
      JsonNode golden,
      LearntText learnt,
      Rendering.Complete complete,
      String place)
      throws IOException {
    List<String> wanted = new ArrayList<>();
    expected.get("spans_generation").forEach(span -> wanted.add(span.toString()));
    List<String> actual =
        complete.generations().stream().map(span -> codePoints(complete.text(), span)).toList();
    assertEquals(wanted, actual, place);
    List<LearntText.Part> parts =
        learnt instanceof LearntText.Learnable found ? found.learnt() : List.of();
    assertEquals(wanted.size(), parts.size(), place);

    Path tokenizer =
        GoldenData.shared("golden/" + golden.get("tokenizer").textValue())
            .resolve("tokenizer.json");
    try (HuggingFaceTokenizer tokens =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(Files.readAllBytes(tokenizer)),
            Map.of("truncation", "false", "padding", "false"))) {
      Encoding encoding = tokens.encode(complete.text(), false, false);
      assertArrayEquals(GoldenData.longs(expected.get("input_ids")), encoding.getIds(), place);
      List<LearntTokens.Place> places = new ArrayList<>();
      for (CharSpan span : encoding.getCharTokenSpans()) {
        places.add(new LearntTokens.Place(span.getStart(), span.getEnd()));
      }
      boolean[] mask = LearntTokens.of(complete.text(), parts, places);
      long[] learntTokens = new long[mask.length];
      for (int i = 0; i < mask.length; i++) {
        learntTokens[i] = mask[i] ? 1 : 0;
      }
      assertArrayEquals(GoldenData.longs(expected.get("assistant_masks")), learntTokens, place);
    }
  }
}
