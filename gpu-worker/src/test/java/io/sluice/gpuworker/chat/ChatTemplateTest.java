package io.sluice.gpuworker.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.chat.LearntText.Reason;
import io.sluice.gpuworker.chat.LearntText.Unlearnt;
import io.sluice.gpuworker.chat.jinja.Limits;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
  private static final LocalDateTime DATE = LocalDateTime.of(2025, 3, 7, 0, 0);
  private static final String PLAIN =
      "{% for m in messages %}[{{ m.role }}]{{ m.content }};{% endfor %}"
          + "{% if add_generation_prompt %}[assistant]{% endif %}";

  private static ChatTemplate template(String source) throws Exception {
    return new ChatTemplate(source, Map.of("eos_token", "</s>"), DATE);
  }

  /** A conversation in which user and assistant alternate. */
  private static Conversation conversation(String... contents) {
    List<ObjectNode> messages = new ArrayList<>();
    for (int i = 0; i < contents.length; i++) {
      messages.add(
          JsonNodeFactory.instance
              .objectNode()
              .put("role", i % 2 == 0 ? "user" : "assistant")
              .put("content", contents[i]));
    }
    return new Conversation(messages, Optional.empty(), Map.of());
  }

  private static List<String> learnt(LearntText text) {
    LearntText.Learnable found = assertInstanceOf(LearntText.Learnable.class, text);
    return found.learnt().stream()
        .map(part -> found.text().substring(part.span().start(), part.span().end()))
        .toList();
  }

  @Test
  void givenNoMarks_whenLearning_thenEachAnswerAfterItsPromptIsLearnt() throws Exception {
    LearntText text = template(PLAIN).learn(conversation("a", "b \uD83C\uDF0A", "c", "d"));

    assertEquals(List.of("b \uD83C\uDF0A;", "d;"), learnt(text));
  }

  @Test
  void givenAnEndAfterTheLastTurnOnly_whenLearning_thenOnlyTheLastAnswerIsLearnt()
      throws Exception {
    String ends =
        PLAIN.replace("{% if add", "{% if not add_generation_prompt %}END{% endif %}{% if add");

    LearntText text = template(ends).learn(conversation("a", "b", "c", "d"));

    assertEquals(List.of("d;END"), learnt(text));
    assertEquals(
        List.of(new Unlearnt(1, Reason.CHANGED_LATER)), ((LearntText.Learnable) text).unlearnt());
  }

  @Test
  void givenAPromptThatAddsAMarker_whenLearning_thenRefusedWithTheReason() throws Exception {
    LearntText text =
        template(PLAIN.replace("[assistant]", "[assistant]<think>")).learn(conversation("a", "b"));

    assertEquals(
        new LearntText.Refused(
            "none of its answers can be learnt with this chat template (message 2: the prompt that"
                + " the template gives to the model is not how the text begins): use a template"
                + " that marks the answers with {% generation %}"),
        text);
  }

  @Test
  void givenNoAnswer_whenLearning_thenRefused() throws Exception {
    assertEquals(
        new LearntText.Refused("it has no answer of the assistant"),
        template(PLAIN).learn(conversation("a")));
  }

  @Test
  void givenMarks_whenLearning_thenTheMarkedPartsAreLearntWithTheirMessages() throws Exception {
    String marks =
        "{% for m in messages %}[{{ m.role }}]{% if m.role == 'assistant' %}{% generation %}"
            + "{{ m.content }}{{ eos_token }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}"
            + "{% endfor %}";

    LearntText text = template(marks).learn(conversation("a", "b", "c", "d"));

    assertEquals(List.of("b</s>", "d</s>"), learnt(text));
    assertEquals(
        List.of(1, 3),
        ((LearntText.Learnable) text)
            .learnt().stream().map(part -> part.message().orElseThrow()).toList());
  }

  @Test
  void givenFewerMarksThanAnswers_whenLearning_thenThePartsHaveNoMessage() throws Exception {
    String marks =
        "{% for m in messages %}{% if loop.last %}{% generation %}{{ m.content }}"
            + "{% endgeneration %}{% endif %}{% endfor %}";

    LearntText text = template(marks).learn(conversation("a", "b", "c", "d"));

    assertEquals(List.of("d"), learnt(text));
    assertTrue(((LearntText.Learnable) text).learnt().get(0).message().isEmpty());
  }

  @Test
  void givenATemplateThatRaises_whenLearning_thenRefusedWithItsMessage() throws Exception {
    String raises = "{{ raise_exception('Roles must alternate; found ' ~ messages[0].role) }}";

    assertEquals(
        new LearntText.Refused(
            "the chat template refuses the conversation: Roles must alternate; found user"),
        template(raises).learn(conversation("a", "b")));
    assertEquals(
        "Roles must alternate; found user",
        ((Rendering.Refused) template(raises).render(conversation("a"), false)).message());
  }

  @Test
  void givenATemplateThatFails_whenLearning_thenRefusedWithTheLine() throws Exception {
    assertEquals(
        new LearntText.Refused(
            "the chat template fails in line 2: 'dict object' has no attribute 'x'"),
        template("a\n{{ messages[0].x.y }}").learn(conversation("a", "b")));
  }

  @Test
  void givenExtraArguments_whenRendered_thenTheTemplateSeesThem() throws Exception {
    Conversation plain = conversation("a");
    Map<String, JsonNode> arguments = Map.of("enable_thinking", BooleanNode.FALSE);
    ChatTemplate template =
        template("{{ enable_thinking is defined and not enable_thinking }}{{ tools is none }}");

    assertEquals(
        new Rendering.Complete("TrueTrue", List.of()),
        template.render(new Conversation(plain.messages(), Optional.empty(), arguments), false));
    assertEquals(new Rendering.Complete("FalseTrue", List.of()), template.render(plain, false));
  }

  @Test
  void givenAnArgumentThatIsPartOfTheConversation_whenRendered_thenRefusedByName()
      throws Exception {
    Map<String, JsonNode> arguments = Map.of("messages", BooleanNode.TRUE);
    Conversation conversation =
        new Conversation(conversation("a").messages(), Optional.empty(), arguments);

    Rendering.Refused refused =
        assertInstanceOf(Rendering.Refused.class, template(PLAIN).render(conversation, false));
    assertEquals("messages cannot be an extra argument of the chat template", refused.reason());
  }

  @Test
  void givenHalfACharacter_whenRendered_thenRefused() throws Exception {
    assertInstanceOf(
        Rendering.Refused.class, template(PLAIN).render(conversation("a \uD83C b"), false));
  }

  @Test
  void givenADate_whenTheTemplateAsksForIt_thenItIsTheGivenOne() throws Exception {
    ChatTemplate dated = template("{{ strftime_now('%d %B %Y') }}");

    assertTrue(dated.asksForDate());
    assertEquals(
        new Rendering.Complete("07 March 2025", List.of()), dated.render(conversation("a"), false));
  }

  @Test
  void givenManyAnswersAndASlowTemplate_whenLearning_thenRefusedForItsSteps() throws Exception {
    ChatTemplate slow = template(PLAIN + "{% for i in range(400) %}{% endfor %}");
    String[] contents = new String[200];
    java.util.Arrays.fill(contents, "x");
    Conversation conversation = conversation(contents);
    StepBudget budget = new StepBudget(new Limits(10_000, 1_000_000, 400), 10);

    LearntText.Refused refused =
        assertInstanceOf(LearntText.Refused.class, slow.turns(conversation, budget).all());

    assertEquals(
        "the chat template needs more than 100000 steps to find its answers", refused.reason());
  }

  @Test
  void givenTools_whenRendered_thenTheirKeysKeepTheirOrder() throws Exception {
    ArrayNode tools = JsonNodeFactory.instance.arrayNode();
    tools.addObject().put("z", 1e-7).put("a", 100000.0).put("m", 9007199254740993L);

    assertEquals(
        new Rendering.Complete(
            "[{\"z\": 1e-07, \"a\": 100000.0, \"m\": 9007199254740993}]", List.of()),
        template("{{ tools | tojson }}")
            .render(
                new Conversation(conversation("a").messages(), Optional.of(tools), Map.of()),
                false));
  }
}
