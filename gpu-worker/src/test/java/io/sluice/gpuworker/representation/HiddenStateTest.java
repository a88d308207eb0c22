package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.Similarities;
import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Query;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares hidden-state vectors (RDS+) with those of the reference implementation. */
class HiddenStateTest {
  private static final double TOLERANCE = 1e-5;

  private static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

  /** How many of an architecture's nine examples are candidates; the rest are queries. */
  private static final int CANDIDATES = 6;

  private static RepresentationSettings settings(Path base) {
    return settings(base, TextSettings.reference(256));
  }

  private static RepresentationSettings settings(Path base, TextSettings text) {
    return settings(base, text, StatePooling.WEIGHTED_MEAN);
  }

  private static RepresentationSettings settings(
      Path base, TextSettings text, StatePooling pooling) {
    return new RepresentationSettings(
        RepresentationKind.HIDDEN_STATE,
        GradientForm.ADAM,
        Optional.of(base),
        List.of(),
        Projection.DEFAULT,
        text,
        Prompts.OF_MODEL,
        pooling,
        WeightSettings.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({
    "build,tiny-llama32",
    "build,tiny-qwen2",
    "build,tiny-olmo3",
    "build,tiny-qwen3",
    "build,tiny-smollm3",
    "build,tiny-olmo2",
    "build,tiny-gemma2",
    "build,tiny-gemma3",
    "build,tiny-phi3",
    "build,tiny-granite",
    "shared,tiny-mistral"
  })
  void givenAnArchitecture_whenRepresented_thenVectorsEqualTheReference(String where, String model)
      throws IOException {
    Path golden = GoldenData.architectures(where).resolve(model);
    JsonNode examples = GoldenData.json(golden.resolve("examples.json"));
    float[] expected = GoldenData.floats(golden.resolve("rds.npy"));
    try (Torch torch = Torch.open()) {
      HiddenStateVectors vectors =
          HiddenStateVectors.open(
              settings(golden.resolve("base")),
              new ComputeDevice(torch, pass -> false, FeatureEncoding.FLOAT32, new StageTimes()));
      List<float[]> ours = new ArrayList<>();
      List<float[]> theirs = new ArrayList<>();
      for (int i = 0; i < examples.size(); i++) {
        Encoded.Example example =
            new Encoded.Example(
                GoldenData.longs(examples.get(i).path("input_ids")),
                GoldenData.longs(examples.get(i).path("labels")));
        float[] vector = vectors.of(List.of(example), ExampleRole.QUERY).get(0)[0];
        assertThat(UnitLength.scale(vector)).isTrue();
        assertThat(GoldenData.relativeError(vector, GoldenData.row(expected, i, vector.length)))
            .as("example %d", i)
            .isLessThan(TOLERANCE);
        ours.add(vector);
        theirs.add(GoldenData.row(expected, i, vector.length));
      }
      if (ours.size() > CANDIDATES) {
        SoftAssertions.assertSoftly(
            soft ->
                Similarities.of(ours, CANDIDATES)
                    .assertCloseTo(Similarities.of(theirs, CANDIDATES), soft));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tiny-llama,60", "tiny-llama-addpad,12"})
  void givenTheReferenceExamples_whenRepresented_thenVectorsAndSimilaritiesEqualTheReference(
      String model, int count) throws IOException {
    Path grad = GoldenData.shared("golden/grad");
    Path rds = grad.resolve(model).resolve("rds");
    List<Candidate> candidates = candidates(grad, count);
    List<PromptAnswer> queries =
        GoldenData.jsonLines(grad.resolve("query.jsonl")).stream()
            .map(line -> new PromptAnswer(text(line, "prompts"), text(line, "labels")))
            .toList();
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(settings(grad.resolve(model).resolve("base")))) {
      List<float[]> ofCandidates = rows(representer.candidates(candidates));
      List<float[]> ofQueries = rows(representer.represent(queries, ExampleRole.QUERY));
      assertEqualRows(ofCandidates, rds.resolve("cand.npy"));
      assertEqualRows(ofQueries, rds.resolve("query.npy"));
      float[] expected = GoldenData.floats(rds.resolve("similarity.npy"));
      for (int q = 0; q < ofQueries.size(); q++) {
        for (int i = 0; i < count; i++) {
          assertThat(dot(ofQueries.get(q), ofCandidates.get(i)))
              .isCloseTo(expected[q * count + i], within(TOLERANCE));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tiny-llama,60", "tiny-llama-addpad,12"})
  void givenThePlainMean_whenRepresented_thenVectorsEqualTheReference(String model, int count)
      throws IOException {
    Path grad = GoldenData.shared("golden/grad");
    RepresentationSettings mean =
        settings(
            grad.resolve(model).resolve("base"), TextSettings.reference(256), StatePooling.MEAN);
    try (ExampleRepresenter representer = ExampleRepresenter.open(mean)) {
      assertEqualRows(
          rows(representer.candidates(candidates(grad, count))),
          grad.resolve(model).resolve("rds/cand_mean_pooling.npy"));
    }
  }

  /** Stored vectors carry the fingerprint: that of the weighted mean stays what it was. */
  @Test
  void givenAPooling_whenOpened_thenOnlyTheWeightedMeanHasTheFingerprintOfEarlierReleases()
      throws IOException {
    Path base = GoldenData.small().resolve("tiny-llama/base");
    String earlier = "0e8d4f6a87aa2216044e5881ae1be48b30aa254f533c6aeaa87c338e629721b5";
    try (ExampleRepresenter weighted = ExampleRepresenter.open(settings(base));
        ExampleRepresenter mean =
            ExampleRepresenter.open(
                settings(base, TextSettings.reference(256), StatePooling.MEAN))) {
      assertThat(weighted.fingerprint()).isEqualTo(earlier);
      assertThat(mean.fingerprint()).hasSize(64).isNotEqualTo(earlier);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GRADIENT", "EMBEDDING"})
  void givenAPooling_whenTheKindHasNoHiddenStates_thenRefused(RepresentationKind kind) {
    Path run = GoldenData.small().resolve("tiny-llama");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new RepresentationSettings(
                    kind,
                    GradientForm.ADAM,
                    Optional.of(run.resolve("base")),
                    kind.needsCheckpoints() ? List.of(run.resolve("run/checkpoint-20")) : List.of(),
                    Projection.DEFAULT,
                    TextSettings.reference(64),
                    Prompts.OF_MODEL,
                    StatePooling.MEAN,
                    WeightSettings.DEFAULT))
        .withMessageContaining("pooling mean")
        .withMessageContaining("hidden-state, not for " + kind.label());
  }

  @Test
  void givenNoCheckpoint_whenOpened_thenAnExampleHasOneVectorOfTheHiddenSize() throws IOException {
    Path base = GoldenData.small().resolve("tiny-llama/base");
    try (ExampleRepresenter hidden = ExampleRepresenter.open(settings(base))) {
      assertThat(hidden.checkpoints()).isEqualTo(1);
      assertThat(hidden.checkpointWeights()).containsExactly(1);
      assertThat(hidden.dimension()).isEqualTo(64);
      assertThat(hidden.fingerprint()).hasSize(64);
    }
  }

  @Test
  void givenAnotherTextFormOrQueryMode_whenOpened_thenTheFingerprintIsAnother(@TempDir Path folder)
      throws IOException {
    for (String name : FILES) {
      Files.copy(GoldenData.small().resolve("tiny-llama/base/" + name), folder.resolve(name));
    }
    Files.writeString(
        folder.resolve("chat_template.jinja"),
        "{{ strftime_now('%Y') }}{% for m in messages %}[{{ m.role }}]{{ m.content }}</s>{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}");
    Set<String> fingerprints = new HashSet<>();
    List<TextSettings> different =
        List.of(
            TextSettings.reference(64),
            TextSettings.of(new TextForm.Chat(LocalDate.of(2024, 1, 1)), 64),
            TextSettings.of(new TextForm.Chat(LocalDate.of(2025, 1, 1)), 64),
            new TextSettings(TextForm.REFERENCE, QueryMode.PROMPT, 64),
            new TextSettings(TextForm.REFERENCE, QueryMode.RESPONSE, 64));
    Query query =
        Queries.of("q", List.of(Messages.of("user", "Hi"), Messages.of("assistant", "Ho")));
    Set<Float> firstValues = new HashSet<>();
    for (TextSettings text : different) {
      try (ExampleRepresenter hidden = ExampleRepresenter.open(settings(folder, text))) {
        fingerprints.add(hidden.fingerprint());
        firstValues.add(rows(hidden.queries(List.of(query))).get(0)[0]);
      }
    }
    assertThat(fingerprints).hasSize(different.size());
    assertThat(firstValues).hasSize(different.size());
  }

  @Test
  void givenPromptsAlone_whenTheKindIsGradient_thenRefused() {
    TextSettings text = new TextSettings(TextForm.REFERENCE, QueryMode.PROMPT, 64);
    Path run = GoldenData.small().resolve("tiny-llama");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new RepresentationSettings(
                    RepresentationKind.GRADIENT,
                    GradientForm.ADAM,
                    Optional.of(run.resolve("base")),
                    List.of(run.resolve("run/checkpoint-20")),
                    Projection.DEFAULT,
                    text,
                    Prompts.OF_MODEL,
                    StatePooling.WEIGHTED_MEAN,
                    WeightSettings.DEFAULT))
        .withMessageContaining("query mode prompt")
        .withMessageContaining("hidden-state");
  }

  private static List<Candidate> candidates(Path grad, int count) {
    return GoldenData.jsonLines(grad.resolve("train.jsonl")).stream()
        .limit(count)
        .map(line -> Candidates.of("c", "", GoldenData.messages(line)))
        .toList();
  }

  private static String text(JsonNode line, String field) {
    return line.path(field).asText();
  }

  private static List<float[]> rows(List<Outcome> outcomes) {
    List<float[]> rows = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      assertThat(outcome).isInstanceOf(Represented.class);
      rows.add(((Represented) outcome).rows()[0]);
    }
    return rows;
  }

  private static void assertEqualRows(List<float[]> rows, Path file) {
    float[] expected = GoldenData.floats(file);
    assertThat(expected).hasSize(rows.size() * rows.get(0).length);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(
              GoldenData.relativeError(
                  rows.get(i), GoldenData.row(expected, i, rows.get(i).length)))
          .as("%s, row %d", file.getFileName(), i)
          .isLessThan(TOLERANCE);
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
