package io.sluice.gpuworker.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares tokens and labels with the reference, for three families of tokenizers. */
class ReferenceEncodingTest {
  private static final int LIMIT = 256;

  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama/base,tiny-llama",
    "shared,tokenizers/split-nfc,tokenizers/split-nfc",
    "shared,tokenizers/sentencepiece-like,tokenizers/sentencepiece-like"
  })
  void givenTheReferencesExamples_whenEncoded_thenTokensAndLabelsAreTheSame(
      String where, String tokenizer, String golden) throws IOException {
    Path folder = GoldenData.gradients(where);
    JsonNode expected = GoldenData.json(folder.resolve(golden).resolve("encoded.json"));
    List<JsonNode> candidates = GoldenData.jsonLines(folder.resolve("train.jsonl"));
    List<JsonNode> queries = GoldenData.jsonLines(folder.resolve("query.jsonl"));
    SoftAssertions soft = new SoftAssertions();
    try (Tokens tokens = Tokens.open(folder.resolve(tokenizer), LIMIT)) {
      ExampleEncoder encoder = new ReferenceEncoder(tokens, QueryMode.PROMPT_AND_RESPONSE, LIMIT);
      for (int i = 0; i < candidates.size(); i++) {
        Encoded actual =
            encoder.encode(new Text.Conversation(GoldenData.messages(candidates.get(i)), ""));
        same(soft, "candidate " + i, actual, expected.path("candidates").get(i));
      }
      for (int i = 0; i < queries.size(); i++) {
        Encoded actual = encoder.encode(promptAnswer(queries.get(i)));
        same(soft, "query " + i, actual, expected.path("queries").get(i));
      }
    }
    soft.assertAll();
  }

  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama/base,tiny-llama",
    "shared,tokenizers/split-nfc,tokenizers/split-nfc",
    "shared,tokenizers/sentencepiece-like,tokenizers/sentencepiece-like"
  })
  void givenEdgeCases_whenEncoded_thenTheyEqualTheReferencesOrAreRefused(
      String where, String tokenizer, String golden) throws IOException {
    Path folder = GoldenData.gradients(where);
    SoftAssertions soft = new SoftAssertions();
    for (JsonNode odd :
        GoldenData.json(folder.resolve(golden).resolve("encoded_edge_cases.json"))) {
      String name = odd.path("name").asText();
      int limit = odd.path("max_seq_length").asInt();
      try (Tokens tokens = Tokens.open(folder.resolve(tokenizer), limit)) {
        Encoded actual =
            new ReferenceEncoder(tokens, QueryMode.PROMPT_AND_RESPONSE, limit)
                .encode(new Text.Conversation(GoldenData.messages(odd.path("example")), ""));
        switch (name) {
          case "empty_messages", "bad_role", "long_question_all_masked", "tiny_limit" ->
              soft.assertThat(actual).as(name).isInstanceOf(Encoded.Refused.class);
          case "assistant_only" ->
              soft.assertThat(actual).as(name).isInstanceOf(Encoded.Example.class);
          default -> same(soft, name, actual, odd);
        }
      }
    }
    soft.assertAll();
  }

  @Test
  void givenTurnsOfWeightZero_whenEncoded_thenTheirTokensAreMasked() throws IOException {
    Path folder = GoldenData.small();
    SoftAssertions soft = new SoftAssertions();
    try (Tokens tokens = Tokens.open(folder.resolve("tiny-llama/base"), LIMIT)) {
      ExampleEncoder encoder = new ReferenceEncoder(tokens, QueryMode.PROMPT_AND_RESPONSE, LIMIT);
      for (JsonNode conversation : GoldenData.json(folder.resolve("masked.json"))) {
        Encoded actual =
            encoder.encode(new Text.Conversation(GoldenData.messages(conversation), ""));
        same(soft, conversation.path("name").asText(), actual, conversation);
      }
    }
    soft.assertAll();
  }

  @Test
  void givenOnlyTurnsOfWeightZero_whenEncoded_thenTheReasonNamesTheWeight() throws IOException {
    List<Message> turns =
        List.of(Messages.of("user", "Hi."), Messages.of("assistant", "Hello.", false));
    try (Tokens tokens = Tokens.open(GoldenData.small().resolve("tiny-llama/base"), LIMIT)) {
      ExampleEncoder encoder = new ReferenceEncoder(tokens, QueryMode.PROMPT_AND_RESPONSE, LIMIT);
      assertThat(encoder.encode(new Text.Conversation(turns, "")).toString())
          .contains("weight 0", "nothing to learn");
      assertThat(encoder.encode(new Text.Question(turns, "")).toString())
          .contains("weight 0", "nothing to learn");
    }
  }

  @Test
  void givenWhatTheFormHasNoPlaceFor_whenEncoded_thenRefusedByName() throws IOException {
    Message user = Messages.of("user", "Hi.");
    Message answer = Messages.of("assistant", "Hello.");
    Message tool = Messages.of("tool", "4");
    Message named = new Message("user", "Hi.", true, "{\"name\":\"Ann\"}");
    try (Tokens tokens = Tokens.open(GoldenData.small().resolve("tiny-llama/base"), LIMIT)) {
      ExampleEncoder encoder = new ReferenceEncoder(tokens, QueryMode.PROMPT_AND_RESPONSE, LIMIT);
      for (Text text :
          List.of(
              new Text.Conversation(List.of(user, answer), "[{}]"),
              new Text.Question(List.of(user, answer), "[{}]"))) {
        assertThat(encoder.encode(text).toString())
            .contains("tools: the", "use the text form 'chat'");
      }
      assertThat(encoder.encode(new Text.Conversation(List.of(user, tool, answer), "")).toString())
          .contains("role tool of message 2", "use the text form 'chat'");
      assertThat(encoder.encode(new Text.Question(List.of(named, answer), "")).toString())
          .contains("name of message 1: ", "use the text form 'chat'");
      assertThat(encoder.encode(new Text.Conversation(List.of(user, answer), "")))
          .isInstanceOf(Encoded.Example.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "3", "7"})
  void givenASmallLimit_whenAQueryIsEncoded_thenPromptAndAnswerAreTruncatedSeparately(int query)
      throws IOException {
    Path folder = GoldenData.small();
    JsonNode expected =
        GoldenData.json(folder.resolve("tiny-llama/encoded_query_modes.json"))
            .get(query)
            .path("max_length_16");
    JsonNode line = GoldenData.jsonLines(folder.resolve("query.jsonl")).get(query);
    try (Tokens tokens = Tokens.open(folder.resolve("tiny-llama/base"), 16)) {
      Encoded actual =
          new ReferenceEncoder(tokens, QueryMode.PROMPT_AND_RESPONSE, 16)
              .encode(promptAnswer(line));
      SoftAssertions.assertSoftly(soft -> same(soft, "query", actual, expected));
      assertThat(((Encoded.Example) actual).ids()).hasSizeLessThanOrEqualTo(32);
    }
  }

  @ParameterizedTest
  @CsvSource({"PROMPT,prompt_only", "RESPONSE,response_only"})
  void givenAPartOfAQuery_whenEncoded_thenTokensAndLabelsAreTheReferences(
      QueryMode mode, String field) throws IOException {
    Path folder = GoldenData.small();
    List<JsonNode> queries = GoldenData.jsonLines(folder.resolve("query.jsonl"));
    JsonNode expected = GoldenData.json(folder.resolve("tiny-llama/encoded_query_modes.json"));
    SoftAssertions soft = new SoftAssertions();
    try (Tokens tokens = Tokens.open(folder.resolve("tiny-llama/base"), LIMIT)) {
      ExampleEncoder encoder = new ReferenceEncoder(tokens, mode, LIMIT);
      for (int i = 0; i < queries.size(); i++) {
        Encoded actual = encoder.encode(promptAnswer(queries.get(i)));
        same(soft, "query " + i, actual, expected.path(i).path(field));
      }
      soft.assertThat(queries).isNotEmpty();
    }
    soft.assertAll();
  }

  @Test
  void givenAQueryOfMessages_whenAPartIsEncoded_thenItIsThatOfTheSameText() throws IOException {
    List<Message> turns =
        List.of(
            Messages.of("system", "Be brief."),
            Messages.of("user", " Hi."),
            Messages.of("assistant", "Hello."));
    PromptAnswer text =
        new PromptAnswer("<|system|>\nBe brief.\n<|user|>\n Hi.\n<|assistant|>\n", "Hello.");
    try (Tokens tokens = Tokens.open(GoldenData.small().resolve("tiny-llama/base"), LIMIT)) {
      for (QueryMode mode : QueryMode.values()) {
        ExampleEncoder encoder = new ReferenceEncoder(tokens, mode, LIMIT);
        Encoded.Example messages = (Encoded.Example) encoder.encode(new Text.Question(turns, ""));
        Encoded.Example formatted = (Encoded.Example) encoder.encode(text);
        assertThat(messages.ids()).as(mode.label()).isEqualTo(formatted.ids());
        assertThat(messages.labels()).as(mode.label()).isEqualTo(formatted.labels());
      }
    }
  }

  private static PromptAnswer promptAnswer(JsonNode line) {
    return new PromptAnswer(line.path("prompts").asText(), line.path("labels").asText());
  }

  private static void same(SoftAssertions soft, String name, Encoded actual, JsonNode expected) {
    soft.assertThat(actual)
        .as(name)
        .isInstanceOfSatisfying(
            Encoded.Example.class,
            example -> {
              soft.assertThat(example.ids())
                  .as(name + " ids")
                  .isEqualTo(GoldenData.longs(expected.path("input_ids")));
              soft.assertThat(example.labels())
                  .as(name + " labels")
                  .isEqualTo(GoldenData.longs(expected.path("labels")));
            });
  }
}
