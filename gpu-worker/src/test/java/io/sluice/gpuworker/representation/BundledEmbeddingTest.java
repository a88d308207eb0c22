package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.schemas.message.Messages;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The bundled model gives the vectors of LangChain4j's own class for the same model. */
class BundledEmbeddingTest {
  private static final double TOLERANCE = 1e-5;
  private static final List<String> TEXTS =
      List.of(
          "Seven is a prime number.",
          "Übersetze: «Crème brûlée», 数学 \uD83D\uDE42",
          "def add(a, b):\n    return a + b",
          "The quick brown fox jumps over the lazy dog. ".repeat(8));

  @Test
  void givenTheBundledModel_whenTextsAreRepresented_thenVectorsEqualThoseOfLangChain4j()
      throws IOException {
    try (ExampleRepresenter ours = open()) {
      // DJL's engine must be the first that uses ONNX Runtime in a process.
      EmbeddingModel theirs = new AllMiniLmL6V2EmbeddingModel();
      assertThat(ours.dimension()).isEqualTo(384);
      List<Outcome> outcomes =
          ours.represent(
              TEXTS.stream().map(text -> new PromptAnswer("Question:", text)).toList(),
              ExampleRole.QUERY);
      for (int i = 0; i < TEXTS.size(); i++) {
        requireEqual(
            outcomes.get(i),
            theirs.embed(Prompts.PUBLISHED_QUERY + "Question: " + TEXTS.get(i)).content().vector());
      }
      Text candidate =
          new Text.Conversation(
              List.of(Messages.of("user", " 2 + 3? "), Messages.of("assistant", "5")), "");
      requireEqual(
          ours.represent(List.of(candidate), ExampleRole.CANDIDATE).get(0),
          theirs.embed("<|user|>\n2 + 3?\n<|assistant|>\n5").content().vector());
    }
  }

  private static ExampleRepresenter open() throws IOException {
    return ExampleRepresenter.open(
        new RepresentationSettings(
            RepresentationKind.EMBEDDING,
            GradientForm.ADAM,
            Optional.empty(),
            List.of(),
            Projection.DEFAULT,
            TextSettings.reference(TextSettings.DEFAULT_MAX_LENGTH),
            Prompts.OF_MODEL,
            StatePooling.WEIGHTED_MEAN,
            WeightSettings.DEFAULT));
  }

  private static void requireEqual(Outcome outcome, float[] expected) {
    float[] vector = ((Represented) outcome).rows()[0];
    assertThat(GoldenData.relativeError(vector, expected)).isLessThan(TOLERANCE);
  }
}
