package io.sluice.gpuworker.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.message.Messages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples in the text of chat templates, compared with what transformers makes of them. */
class ChatEncoderTest {
  private static final int LIMIT = 512;
  private static final LocalDate DATE = LocalDate.of(2025, 3, 7);
  private static final List<Message> TWO_TURNS =
      List.of(
          Messages.of("user", "Hi"),
          Messages.of("assistant", "Hello"),
          Messages.of("user", "And?"),
          Messages.of("assistant", "Bye"));

  @TempDir private Path folder;

  private void withEncoder(String template, int maxLength, Consumer<ExampleEncoder> use)
      throws IOException {
    withEncoder(template, QueryMode.PROMPT_AND_RESPONSE, maxLength, use);
  }

  private void withEncoder(
      String template, QueryMode queries, int maxLength, Consumer<ExampleEncoder> use)
      throws IOException {
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      if (!Files.exists(folder.resolve(name))) {
        Files.copy(GoldenData.small().resolve("tiny-llama/base/" + name), folder.resolve(name));
      }
    }
    Files.writeString(folder.resolve("chat_template.jinja"), template);
    try (Tokens tokens = Tokens.open(folder, maxLength)) {
      use.accept(new TextForm.Chat(DATE).encoder(folder, tokens, queries, maxLength));
    }
  }

  private static JsonNode data() throws IOException {
    return ExactJson.read(Files.readString(Path.of("src/test/resources/chat/encoded.json")));
  }

  private static List<Message> messages(JsonNode example) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : example.get("messages")) {
      ObjectNode extra = message.deepCopy();
      extra.remove(List.of("role", "weight"));
      String content = message.get("content").isNull() ? "" : extra.remove("content").textValue();
      messages.add(
          new Message(
              message.get("role").textValue(),
              content,
              message.path("weight").asInt(1) == 1,
              extra.isEmpty() ? "" : extra.toString()));
    }
    return messages;
  }

  @Test
  void givenConversations_whenEncoded_thenTextTokensAndLearntTokensAreThoseOfTransformers()
      throws IOException {
    JsonNode data = data();
    SoftAssertions soft = new SoftAssertions();
    for (JsonNode example : data.get("cases")) {
      String name = example.get("template").textValue() + ", " + example.get("name").textValue();
      List<Message> messages = messages(example);
      String tools = example.has("tools") ? example.get("tools").toString() : "";
      withEncoder(
          data.get("templates").get(example.get("template").textValue()).textValue(),
          LIMIT,
          encoder -> {
            same(
                soft,
                name,
                encoder.inspect(new Text.Conversation(messages, tools)),
                example,
                example.get("candidate"));
            Inspection query = encoder.inspect(new Text.Question(messages, tools));
            if (example.has("query")) {
              same(soft, name + ", query", query, example, example.get("query"));
            } else {
              soft.assertThat(query.toString())
                  .contains("the last message must be the assistant's");
            }
          });
    }
    soft.assertAll();
  }

  private static void same(
      SoftAssertions soft, String name, Inspection actual, JsonNode expected, JsonNode learn) {
    soft.assertThat(actual)
        .as(name)
        .isInstanceOfSatisfying(
            Inspection.Readable.class,
            readable -> {
              soft.assertThat(readable.text().text())
                  .as(name)
                  .isEqualTo(expected.get("text").textValue());
              soft.assertThat(readable.example().ids())
                  .as(name)
                  .isEqualTo(GoldenData.longs(expected.get("ids")));
              List<Integer> learnt = new ArrayList<>();
              for (int i = 0; i < readable.text().length(); i++) {
                learnt.add(readable.isLearnt(i) ? 1 : 0);
              }
              soft.assertThat(learnt.toString())
                  .as(name)
                  .isEqualTo(learn.toString().replace(",", ", "));
            });
  }

  @Test
  void givenALimit_whenEncoded_thenACandidateIsCutAndAQuerysPromptAndAnswerSeparately()
      throws IOException {
    String template =
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}</s>{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}";
    List<Message> messages =
        List.of(Messages.of("user", "Hi"), Messages.of("assistant", "one two three four five"));
    long[][] whole = new long[2][];
    withEncoder(
        template,
        LIMIT,
        encoder -> {
          whole[0] = example(encoder.encode(new Text.Question(messages, ""))).ids();
          whole[1] = example(encoder.encode(new Text.Question(messages, ""))).labels();
        });
    int prompt = 0;
    while (whole[1][prompt] == Encoded.UNLEARNT) {
      prompt++;
    }
    int begin = prompt;
    int limit = 5;
    assertThat(begin).isGreaterThan(limit);
    withEncoder(
        template,
        limit,
        encoder -> {
          Encoded.Example query = example(encoder.encode(new Text.Question(messages, "")));
          long[] expected = new long[2 * limit];
          System.arraycopy(whole[0], 0, expected, 0, limit);
          System.arraycopy(whole[0], begin, expected, limit, limit);
          assertThat(query.ids()).isEqualTo(expected);
          assertThat(query.asked()).hasSize(limit);
          assertThat(encoder.encode(new Text.Conversation(messages, "")).toString())
              .contains("nothing is left to learn within 5 tokens");
        });
  }

  @Test
  void givenAPartOfAQuery_whenEncoded_thenItIsTheTextBeforeTheAnswerOrTheAnswer()
      throws IOException {
    String template =
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}</s>{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}";
    withEncoder(
        template,
        QueryMode.PROMPT,
        LIMIT,
        encoder -> {
          Inspection.Readable prompt =
              (Inspection.Readable) encoder.inspect(new Text.Question(TWO_TURNS, ""));
          assertThat(prompt.text().text())
              .isEqualTo("[user]Hi</s>[assistant]Hello</s>[user]And?</s>");
          assertThat(prompt.example().labels()).containsOnly(Encoded.UNLEARNT);
          assertThat(prompt.example().ids()).hasSameSizeAs(prompt.example().labels());
        });
    long[][] whole = new long[2][];
    withEncoder(
        template,
        LIMIT,
        encoder -> {
          whole[0] = example(encoder.encode(new Text.Question(TWO_TURNS, ""))).ids();
          whole[1] = example(encoder.encode(new Text.Question(TWO_TURNS, ""))).labels();
        });
    long[] answer = Arrays.stream(whole[1]).filter(label -> label != Encoded.UNLEARNT).toArray();
    withEncoder(
        template,
        QueryMode.RESPONSE,
        LIMIT,
        encoder -> {
          Encoded.Example alone = example(encoder.encode(new Text.Question(TWO_TURNS, "")));
          assertThat(alone.ids()).isEqualTo(answer).hasSizeGreaterThan(2);
          assertThat(alone.labels()).isEqualTo(answer);
        });
  }

  @Test
  void givenWhatTheTemplateRefuses_whenEncoded_thenItsMessageIsTheReason() throws IOException {
    withEncoder(
        "{{ raise_exception('No system turns here.') }}",
        LIMIT,
        encoder -> {
          assertThat(encoder.encode(new Text.Conversation(TWO_TURNS, "")).toString())
              .contains("the chat template refuses the conversation: No system turns here.");
          assertThat(encoder.encode(new Text.Question(TWO_TURNS, "")).toString())
              .contains("No system turns here.");
        });
  }

  @Test
  void givenMaskedTurnsThatCannotBeFound_whenEncoded_thenRefused() throws IOException {
    String marksOne =
        "{% for m in messages %}{% if loop.last %}{% generation %}{{ m.content }}"
            + "{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}";
    List<Message> masked = new ArrayList<>(TWO_TURNS);
    masked.set(1, Messages.of("assistant", "Hello", false));
    withEncoder(
        marksOne,
        LIMIT,
        encoder ->
            assertThat(encoder.encode(new Text.Conversation(masked, "")).toString())
                .contains("message 2 has weight 0", "marks more or fewer generated parts"));
    masked.set(3, Messages.of("assistant", "Bye", false));
    withEncoder(
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}",
        LIMIT,
        encoder -> {
          assertThat(encoder.encode(new Text.Conversation(masked, "")).toString())
              .contains("weight 0, so there is nothing to learn");
          assertThat(encoder.encode(new Text.Question(masked, "")).toString())
              .contains("the answer has weight 0");
        });
  }

  @Test
  void givenAFormattedText_whenEncoded_thenRefused() throws IOException {
    withEncoder(
        "{{ messages }}",
        LIMIT,
        encoder ->
            assertThat(encoder.encode(new PromptAnswer("<|user|>\nHi\n", "Hello")).toString())
                .contains("already formatted", "give messages"));
  }

  @Test
  void givenTemplates_whenTheirTextFormIsNamed_thenItHasTheHashAndTheDateIfTheyAskForIt()
      throws IOException {
    List<String> forms = new ArrayList<>();
    for (String template :
        List.of("{{ messages }}", "{{ messages }} ", "{{ strftime_now('%Y') }}")) {
      withEncoder(template, LIMIT, encoder -> forms.add(encoder.textForm()));
    }
    assertThat(forms.get(0)).matches("chat [0-9a-f]{64}");
    assertThat(forms.get(1)).matches("chat [0-9a-f]{64}").isNotEqualTo(forms.get(0));
    assertThat(forms.get(2)).matches("chat [0-9a-f]{64} 2025-03-07");
  }

  @Test
  void givenATemplateThatCannotBeRendered_whenOpened_thenRefusedWithItsLine() {
    assertThatThrownBy(() -> withEncoder("a\n{{ x | urlize }}", LIMIT, encoder -> {}))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("chat_template.jinja, line 2: the filter urlize is not supported");
  }

  private static Encoded.Example example(Encoded encoded) {
    return (Encoded.Example) encoded;
  }
}
