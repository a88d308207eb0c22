package io.sluice.schemas.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.message.Messages;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of an example that change what is learnt are read or refused by name. */
class OtherFieldsTest {
  @ParameterizedTest
  @CsvSource({"0, false", "0.0, false", "1, true", "1.0, true", "null, true"})
  void givenAWeight_whenRead_thenItSaysWhetherTheTurnIsLearnt(String weight, boolean learnt) {
    assertThat(turn("\"content\": \"x\", \"weight\": " + weight).getLearn()).isEqualTo(learnt);
  }

  @Test
  void givenWeightsOfOtherTurns_whenRead_thenTheyHaveNoEffect() {
    List<Message> turns =
        read("{\"messages\": [{\"role\": \"user\", \"content\": \"x\", \"weight\": 0}]}");
    assertThat(turns).containsExactly(Messages.of("user", "x", true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.5", "2", "-1", "true", "\"0\"", "[0]", "{}"})
  void givenAnotherWeight_whenRead_thenItIsRefused(String weight) {
    assertThatThrownBy(() -> turn("\"content\": \"x\", \"weight\": " + weight))
        .hasMessageContaining("message 1 has the weight " + weight)
        .hasMessageContaining("use 1 for a turn that is learnt and 0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "content": "", "toolCalls": [{"id": "c"}]          | toolCalls of message 1
          "content": null, "refusal": "no"                   | refusal of message 1
          "content": null, "audio": {"id": "a"}              | audio of message 1
          "content": "x", "images": ["a.png"]                | images of message 1
          "content": "x", "anything_new": 1                  | anything_new of message 1
          "content": "x", "train": false                     | train of message 1
          "content": "x", "trainable": 0                     | trainable of message 1
          "content": "x", "loss": true                       | loss of message 1
          """)
  void givenAFieldOfATurnThatCouldMatter_whenRead_thenItIsRefusedByName(
      String fields, String named) {
    assertThatThrownBy(() -> turn(fields))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named + ": Sluice does not read this");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"documents\": [{\"text\": \"d\"}]",
        "\"chat_template_kwargs\": {\"enable_thinking\": false}",
        "\"system\": {\"text\": \"Be brief.\"}",
        "\"System-Prompt\": \"Be brief.\"",
        "\"images\": [\"a.png\"]",
        "\"weight\": 0.5",
        "\"weights\": [0, 1]",
        "\"history\": [[\"x\", \"y\"]]",
        "\"prompts\": \"x\"",
        "\"rejected\": [{\"role\": \"user\", \"content\": \"x\"}]",
        "\"earlier\": [{\"role\": \"user\", \"content\": \"x\"}]",
        "\"dialog\": [{\"from\": \"human\", \"value\": \"x\"}]",
        "\"dialog\": \"[{\\\"from\\\": \\\"human\\\", \\\"value\\\": \\\"x\\\"}]\"",
        "\"images\": \"[]\"",
        "\"reasoning\": \"null\""
      })
  void givenAFieldBesideTheMessagesThatCouldMatter_whenRead_thenItIsRefusedByName(String field) {
    String name = field.substring(1, field.indexOf('"', 1));
    assertThatThrownBy(() -> example(field))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name + ": Sluice does not read this");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"id\": 1, \"dataset\": \"d\", \"category\": \"c\", \"score\": 0.5, \"tags\": [\"a\"]",
        "\"prompt\": \"the first turn once more\", \"prompt_id\": \"p\"",
        "\"instruction\": \"x\", \"input\": \"\", \"output\": \"the answer once more\"",
        "\"tools\": [], \"functions\": null, \"system\": \" \", \"images\": [null]",
        "\"mail\": {\"from\": [\"a\"], \"to\": [\"b\"]}, \"metadata\": \"null\"",
        "\"tools\": \"null\", \"functions\": \"{}\", \"conversations\": \"[]\"",
        "\"tools\": \"[]\", \"function_call\": {\"name\": null, \"arguments\": \"\"}"
      })
  void givenFieldsThatDescribeTheExampleOrHoldNothing_whenRead_thenItPasses(String fields) {
    assertThat(example(fields)).hasSize(1);
  }

  @Test
  void givenAColumnAsDeepAsJsonIsRead_whenRead_thenTheStackSuffices() throws Exception {
    int levels = 990;
    String field = "\"x\": " + "[".repeat(levels) + "1" + "]".repeat(levels);
    List<Message> read = new ArrayList<>();
    Thread thread = new Thread(null, () -> read.addAll(example(field)), "small stack", 1 << 19);
    thread.start();
    thread.join();

    assertThat(read).hasSize(1);
  }

  @Test
  void givenAnAnswerAsAnInterfaceReturnsIt_whenRead_thenItsEmptyFieldsPass() {
    Message turn =
        turn(
            "\"content\": \"x\", \"refusal\": null, \"annotations\": [], \"audio\": null,"
                + " \"function_call\": null, \"tool_calls\": null, \"timestamp\": 7, \"id\": \"m\"");
    assertThat(turn).isEqualTo(Messages.of("assistant", "x", true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "System-Prompt": "Be brief."     | read it as a field that Sluice knows (--field system=System-Prompt), or remove it
          "available_tools": [{"name":"f"}] | read it as a field that Sluice knows (--field tools=available_tools), or remove it
          "images": ["a.png"]              | images: Sluice does not read this, and the example is another one without it; remove it
          """)
  void givenARefusedField_whenRead_thenTheHintNamesItOrNoOther(String field, String hint) {
    assertThatThrownBy(() -> example(field)).hasMessageContaining(hint);
  }

  @Test
  void givenAColumnThatItsFormDoesNotRead_whenMapped_thenItIsStillRefusedByItsName() {
    FormReader forms =
        new FormReader(
            new FormOptions(
                Optional.empty(), Map.of("input", "context", "history", "past"), false));
    for (String column : List.of("context", "past")) {
      assertThatThrownBy(
              () ->
                  forms.read(
                      ExactJson.read(
                          "{\"prompt\": \"p\", \"completion\": \"c\", \"%s\": \"x\"}"
                              .formatted(column))))
          .hasMessageContaining(column + ": Sluice does not read this");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "instruction": "i", "output": "o", "context": "c" | context: Sluice does not read this, and the example is another one without it; read it as a field that Sluice knows (--field input=context), or remove
          "prompt": "p", "completion": "c", "context": "c"  | (--field instruction=prompt --field output=completion --field input=context), or remove
          "prompt": "p", "completion": "c", "history": [["a", "b"]] | (--field instruction=prompt --field output=completion), or remove
          "prompt": "p", "completion": "c", "history": [["a", "b"]], "context": "c" | (--field instruction=prompt --field output=completion --field input=context), or remove
          "prompt": "p", "chosen": "c", "rejected": "r", "context": "c" | (--field instruction=prompt --field input=context), or remove
          "instruction": "i", "input": "j", "output": "o", "context": "c" | without it; remove it
          "instruction": "i", "output": "o", "context": ["c"] | without it; remove it
          "messages": [{"role": "assistant", "content": "x"}], "context": "c" | without it; remove it
          """)
  void givenAFieldForWhichAlpacaHasAPlace_whenRefused_thenTheOptionsForItAreNamed(
      String fields, String hint) {
    FormReader forms = new FormReader(new FormOptions(Optional.empty(), Map.of(), true));
    assertThatThrownBy(() -> forms.read(ExactJson.read("{" + fields + "}")))
        .hasMessageContaining(hint);
  }

  @Test
  void givenAMappedPromptAndAContext_whenTheOptionsOfTheReasonAreUsed_thenAllOfItIsRead()
      throws Exception {
    String json = "{\"question\": \"q\", \"response\": \"r\", \"context\": \"c\"}";
    FormReader pair =
        new FormReader(
            new FormOptions(
                Optional.empty(), Map.of("prompt", "question", "completion", "response"), false));
    assertThatThrownBy(() -> pair.read(ExactJson.read(json)))
        .hasMessageContaining(
            "(--field instruction=question --field output=response --field input=context)");
    FormReader alpaca =
        new FormReader(
            new FormOptions(
                Optional.empty(),
                Map.of("instruction", "question", "output", "response", "input", "context"),
                false));
    assertThat(alpaca.read(ExactJson.read(json)).messages())
        .containsExactly(Messages.of("user", "q\nc"), Messages.of("assistant", "r", true));
  }

  @Test
  void givenSeveralSuchFields_whenRead_thenOneReasonNamesThemAll() {
    assertThatThrownBy(
            () ->
                read(
                    "{\"images\": [1], \"messages\": [{\"role\": \"user\", \"content\": \"x\"},"
                        + " {\"role\": \"assistant\", \"audio\": [1], \"train\": false}]}"))
        .hasMessageContaining("images, audio of message 2: ")
        .hasMessageContaining("train of message 2: ");
  }

  private static Message turn(String fields) {
    return read("{\"messages\": [{\"role\": \"assistant\", " + fields + "}]}").get(0);
  }

  private static List<Message> example(String fields) {
    return read("{" + fields + ", \"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]}");
  }

  private static List<Message> read(String json) {
    try {
      return new FormReader(FormOptions.DEFAULT).read(ExactJson.read(json)).messages();
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
