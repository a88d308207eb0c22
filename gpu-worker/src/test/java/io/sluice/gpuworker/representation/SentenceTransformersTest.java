package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.schemas.file.ExampleFile;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small random models, exported to ONNX, give the vectors that sentence-transformers computes with
 * them; src/test/resources/embedding/README.txt says how these were made.
 */
class SentenceTransformersTest {
  private static final Path MODELS = Path.of("src/test/resources/embedding");
  private static final double TOLERANCE = 1e-5;

  /** The length limit of the model bert-mean. */
  private static final int OWN_LIMIT = 48;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-mean",
        "bert-max-default",
        "bert-last",
        "mpnet-cls-dense",
        "xlm-r-several",
        "t5-sqrt"
      })
  void givenAModel_whenExamplesAreRepresented_thenVectorsEqualThoseOfSentenceTransformers(
      String name) throws IOException {
    float[] expected = GoldenData.floats(MODELS.resolve(name).resolve("vectors.npy"));
    List<Text> texts = texts();
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(
            settings(name, Prompts.OF_MODEL, TextSettings.DEFAULT_MAX_LENGTH))) {
      List<Outcome> outcomes = representer.represent(texts, ExampleRole.CANDIDATE);
      for (int i = 0; i < texts.size(); i++) {
        float[] vector = ((Represented) outcomes.get(i)).rows()[0];
        assertThat(vector).as("example %d", i).hasSize(representer.dimension());
        assertThat(GoldenData.relativeError(vector, GoldenData.row(expected, i, vector.length)))
            .as("example %d", i)
            .isLessThan(TOLERANCE);
      }
      requireTheSameInAnyBatch(representer, texts, outcomes);
    }
  }

  @Test
  void givenOtherPromptsOrLimits_whenOpened_thenTheFingerprintIsAnother() throws IOException {
    String usual = fingerprint(Prompts.OF_MODEL, OWN_LIMIT);
    assertThat(fingerprint(Prompts.OF_MODEL, OWN_LIMIT + 100)).isEqualTo(usual);
    assertThat(fingerprint(Prompts.given(Prompts.PUBLISHED_QUERY, "none"), OWN_LIMIT))
        .isEqualTo(usual);
    assertThat(
            Set.of(
                usual,
                fingerprint(Prompts.OF_MODEL, OWN_LIMIT - 1),
                fingerprint(Prompts.given("none", ""), OWN_LIMIT),
                fingerprint(Prompts.given("", "passage: "), OWN_LIMIT)))
        .hasSize(4);
  }

  private static String fingerprint(Prompts prompts, int limit) throws IOException {
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(settings("bert-mean", prompts, limit))) {
      return representer.fingerprint();
    }
  }

  /** To the last bit: alone, in reverse order, and with the role of a query. */
  private static void requireTheSameInAnyBatch(
      ExampleRepresenter representer, List<Text> texts, List<Outcome> outcomes) {
    List<Text> reversed = new ArrayList<>(texts);
    Collections.reverse(reversed);
    List<Outcome> again = representer.represent(reversed, ExampleRole.QUERY);
    Collections.reverse(again);
    for (int i = 0; i < texts.size(); i++) {
      float[] expected = ((Represented) outcomes.get(i)).rows()[0];
      Outcome alone = representer.represent(List.of(texts.get(i)), ExampleRole.CANDIDATE).get(0);
      assertThat(((Represented) alone).rows()[0]).containsExactly(expected);
      assertThat(((Represented) again.get(i)).rows()[0]).containsExactly(expected);
    }
  }

  private static RepresentationSettings settings(String name, Prompts prompts, int limit) {
    return new RepresentationSettings(
        RepresentationKind.EMBEDDING,
        GradientForm.ADAM,
        Optional.of(MODELS.resolve(name)),
        List.of(),
        Projection.DEFAULT,
        TextSettings.reference(limit),
        prompts,
        StatePooling.WEIGHTED_MEAN,
        WeightSettings.DEFAULT);
  }

  private static List<Text> texts() throws IOException {
    return ExampleFile.read(MODELS.resolve("examples.jsonl"), FormOptions.DEFAULT).stream()
        .<Text>map(
            line ->
                line.match(
                    of -> Text.Conversation.of(of.candidate()),
                    of -> Text.Question.of(of.query()),
                    of -> new PromptAnswer(of.prompt(), of.answer()),
                    invalid -> {
                      throw new IllegalStateException(invalid.reason());
                    }))
        .toList();
  }
}
