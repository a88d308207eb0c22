package io.sluice.local.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.local.bundled.BundledModel;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import io.sluice.streams.export.ExportedExample;
import io.sluice.streams.export.TrainedExample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTextTest {
  private static final int MAX_LENGTH = 64;
  private static final Message ASK = Messages.of("user", " What is 2 + 3?\n");
  private static final Message ANSWER = Messages.of("assistant", "2 + 3 = 5 ");
  private static final List<ExportedExample> EXAMPLES =
      List.of(
          example("one", ASK, ANSWER),
          example("two", Messages.of("system", "Be brief."), ASK, ANSWER, ASK, ANSWER),
          example("ends with a question", ASK, ANSWER, ASK),
          example("ends with nothing", ASK, ANSWER, Messages.of("user", " ")),
          example("begins with an answer", ANSWER, ASK, ANSWER),
          example("two answers", ASK, ANSWER, ANSWER),
          example("long", ASK, Messages.of("assistant", "7 8 9 ".repeat(40))));
  private static final ExportedExample MASKED =
      example("masked", ASK, Messages.of("assistant", "6", false), ASK, ANSWER);

  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void writeModel() throws IOException {
    model = BundledModel.write(folder.resolve("model")).base();
  }

  @Test
  void givenThePublishedForm_whenThereIsATemplate_thenItGivesTheSameTokens() throws IOException {
    try (ModelText text = ModelText.open(model, job("reference"))) {
      assertThat(text.template(EXAMPLES))
          .hasValueSatisfying(source -> assertThat(source).contains("generation"));
      List<ExportedExample> withMasked = new ArrayList<>(EXAMPLES);
      withMasked.add(MASKED);
      assertThat(text.template(withMasked)).isEmpty();
    }
  }

  @Test
  void givenExamples_whenTheirPartsAreTokenizedOneByOne_thenTheyAreTheLearntAndTheOtherTokens()
      throws IOException {
    List<ExportedExample> all = new ArrayList<>(EXAMPLES);
    all.add(MASKED);
    try (ModelText text = ModelText.open(model, job("reference"));
        Tokens tokens = Tokens.open(model, MAX_LENGTH)) {
      for (ExportedExample example : all) {
        TrainedExample.Learnable learnable = (TrainedExample.Learnable) text.of(example);
        assertThat(learnable.ids()).as(example.id()).hasSizeLessThanOrEqualTo(MAX_LENGTH);
        assertThat(learnable.segments()).as(example.id()).isNotEmpty();
        int at = 0;
        boolean learnt = false;
        for (String segment : learnable.segments()) {
          for (long id : tokens.tokenizeContinuation(segment).ids()) {
            assertThat(id).as(example.id()).isEqualTo(learnable.ids()[at]);
            assertThat(learnable.learnt()[at]).as(example.id()).isEqualTo(learnt);
            at++;
          }
          learnt = !learnt;
        }
        assertThat(learnable.learnt()[at - 1]).as("the last part is learnt").isTrue();
        for (int i = at; i < learnable.ids().length; i++) {
          assertThat(learnable.learnt()[i]).as("nothing is learnt after the parts").isFalse();
        }
      }
    }
  }

  @Test
  void givenAChatTemplate_whenTheJobHasAnother_thenRefused_andWithTheSameItsTokensAreGiven(
      @TempDir Path chat) throws IOException {
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(model.resolve(name), chat.resolve(name));
    }
    Files.writeString(
        chat.resolve("chat_template.jinja"),
        "{% for m in messages %}[{{ m.role }}]{{ m.content }};{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}");
    String[] actual = new String[1];
    assertThatThrownBy(() -> ModelText.open(chat, job("chat 00")))
        .isInstanceOf(UnusableModelException.class)
        .satisfies(e -> actual[0] = e.getMessage().replaceAll(".* is '(chat [^']*)'.*", "$1"));
    try (ModelText text = ModelText.open(chat, job(actual[0]))) {
      assertThat(text.template(EXAMPLES)).isEmpty();
      TrainedExample.Learnable learnable =
          (TrainedExample.Learnable) text.of(example("x", ASK, ANSWER));
      assertThat(learnable.segments())
          .containsExactly("[user] What is 2 + 3?\n;[assistant]", "2 + 3 = 5 ;");
    }
  }

  @Test
  void givenATokenizerWithOtherTokens_whenTheJobNamesItsOwn_thenItIsAnother_butNotForItsLimits(
      @TempDir Path other) throws IOException {
    String selectedBy;
    try (Tokens tokens = Tokens.open(model, MAX_LENGTH)) {
      selectedBy = tokens.hash();
    }
    FineTuneJob job = FineTuneJob.newBuilder(job("reference")).setTokenizer(selectedBy).build();
    ObjectMapper json = new ObjectMapper();
    ObjectNode tokenizer = (ObjectNode) json.readTree(model.resolve("tokenizer.json").toFile());
    Files.copy(model.resolve("tokenizer_config.json"), other.resolve("tokenizer_config.json"));

    tokenizer.putNull("padding").putNull("truncation");
    json.writerWithDefaultPrettyPrinter()
        .writeValue(other.resolve("tokenizer.json").toFile(), tokenizer);
    try (ModelText text = ModelText.open(other, job)) {
      assertThat(text.isOtherTokenizer()).as("limits and white space").isFalse();
    }

    ((ArrayNode) tokenizer.get("model").get("merges")).remove(0);
    json.writeValue(other.resolve("tokenizer.json").toFile(), tokenizer);
    try (ModelText text = ModelText.open(other, job);
        ModelText unknown = ModelText.open(other, job("reference"))) {
      assertThat(text.isOtherTokenizer()).as("one merge less").isTrue();
      assertThat(unknown.isOtherTokenizer()).as("the job does not name it").isFalse();
    }
  }

  private static ExportedExample example(String id, Message... messages) {
    return new ExportedExample(id, List.of(messages), "", Map.of());
  }

  private static FineTuneJob job(String textForm) {
    return FineTuneJob.newBuilder()
        .setJobId("j")
        .setTaskId("t")
        .setRevision(1)
        .setRepresentationId("default")
        .setAlgorithm("round-robin")
        .setBudget(1)
        .setSequence(0)
        .setExamples(1)
        .setPoolSize(1)
        .setDatasetChecksum("00")
        .setHyperParameters(HyperParameters.newBuilder().setMaxLength(MAX_LENGTH).build())
        .setTextForm(textForm)
        .build();
  }
}
