package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.gpuworker.representation.Representer.Unusable;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleRepresenterTest {
  private static final Path RUN = GoldenData.small().resolve("tiny-llama");
  private static final int LIMIT = 256;

  private static RepresentationSettings settings(Path run, Projection projection, int limit) {
    return RepresentationSettings.gradient(
        run.resolve("base"),
        List.of(run.resolve("run/checkpoint-5"), run.resolve("run/checkpoint-20")),
        projection,
        limit);
  }

  private static List<Candidate> candidates() {
    return GoldenData.jsonLines(GoldenData.small().resolve("train.jsonl")).stream()
        .map(GoldenData::messages)
        .map(messages -> Candidates.of("c", "", messages))
        .toList();
  }

  private static List<Text> queries() {
    return GoldenData.jsonLines(GoldenData.small().resolve("query.jsonl")).stream()
        .<Text>map(line -> new PromptAnswer(text(line, "prompts"), text(line, "labels")))
        .toList();
  }

  private static String text(JsonNode line, String field) {
    return line.path(field).asText();
  }

  private static Candidate candidate(String question, String answer) {
    return Candidates.of(
        "c", "", List.of(Messages.of("user", question), Messages.of("assistant", answer)));
  }

  private static float[][] rows(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Represented.class);
    return ((Represented) outcome).rows();
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void
      givenTheReferenceRun_whenRepresentedWithoutProjection_thenCosinesAndWeightsEqualTheReference()
          throws IOException {
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(settings(RUN, new Projection.None(), LIMIT))) {
      List<Outcome> candidates = representer.candidates(candidates().subList(0, 6));
      List<Outcome> queries = representer.represent(queries().subList(0, 3), ExampleRole.QUERY);

      assertThat(representer.dimension()).isEqualTo(7168);
      assertThat(representer.checkpoints()).isEqualTo(2);
      assertThat(representer.checkpointWeights()[0])
          .isCloseTo(0.36842105f / (0.36842105f + 0.07894737f), within(1e-6f));
      assertThat(representer.checkpointWeights()[1])
          .isCloseTo(0.07894737f / (0.36842105f + 0.07894737f), within(1e-6f));
      for (int c = 0; c < 2; c++) {
        String checkpoint = c == 0 ? "checkpoint-5" : "checkpoint-20";
        float[] cosine =
            GoldenData.floats(RUN.resolve("gradients").resolve(checkpoint).resolve("cosine.npy"));
        for (int q = 0; q < 3; q++) {
          for (int i = 0; i < 6; i++) {
            assertThat(dot(rows(queries.get(q))[c], rows(candidates.get(i))[c]))
                .as("checkpoint %d, query %d, candidate %d", c, q, i)
                .isCloseTo(cosine[q * 6 + i], within(1e-5));
          }
        }
      }
    }
  }

  @Test
  void givenTheSameExamples_whenBatchedDifferently_thenVectorsAreTheSameToTheLastBit()
      throws IOException {
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(settings(RUN, Projection.sketch(512), LIMIT))) {
      List<Candidate> candidates = candidates().subList(0, 12);
      List<Outcome> together = representer.candidates(candidates);
      for (int i = 0; i < candidates.size(); i++) {
        Outcome alone = representer.candidates(List.of(candidates.get(i))).get(0);
        assertThat(rows(alone)).isDeepEqualTo(rows(together.get(i)));
        assertThat(dot(rows(alone)[1], rows(alone)[1])).isCloseTo(1, within(1e-5));
      }
    }
  }

  @Test
  void givenAQueryOfSeveralTurns_whenRepresented_thenTheVectorsEqualThoseOfItsTextWithWhiteSpace()
      throws IOException {
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(settings(RUN, Projection.sketch(512), LIMIT))) {
      List<Message> turns =
          List.of(
              Messages.of("system", "Be brief. "),
              Messages.of("assistant", " Yes. "),
              Messages.of("user", "Continue:\ndef f(x):\n"),
              Messages.of("assistant", "    return x"));
      PromptAnswer formatted =
          new PromptAnswer(
              "<|system|>\nBe brief. \n<|assistant|>\nYes.</s>\n<|user|>\nContinue:\ndef f(x):\n\n"
                  + "<|assistant|>\n",
              "    return x");

      Outcome ofTurns = representer.queries(List.of(Queries.of("q", turns))).get(0);
      Outcome ofText = representer.represent(List.of(formatted), ExampleRole.QUERY).get(0);

      assertThat(rows(ofTurns)).isDeepEqualTo(rows(ofText));
    }
  }

  @Test
  void
      givenExamplesWithNothingToLearn_whenRepresented_thenEachHasAReasonAndTheOthersAreRepresented()
          throws IOException {
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(settings(RUN, Projection.sketch(512), 32))) {
      Candidate tooLong = candidate("word ".repeat(200), "yes");
      Candidate oddRole = Candidates.of("c", "", List.of(Messages.of("tool", "x")));
      Candidate silent = Candidates.of("c", "", List.of(Messages.of("user", "x")));
      Candidate empty = Candidates.of("c", "", List.of());
      Candidate answerOnly = Candidates.of("c", "", List.of(Messages.of("assistant", "Just me.")));
      Candidate longAnswer = candidate("Count", "one two three ".repeat(100));

      List<Outcome> outcomes =
          representer.candidates(List.of(tooLong, oddRole, silent, empty, answerOnly, longAnswer));

      assertThat(outcomes.subList(0, 4)).hasOnlyElementsOfType(Unusable.class);
      assertThat(((Unusable) outcomes.get(0)).reason()).contains("32 tokens");
      assertThat(((Unusable) outcomes.get(1)).reason()).contains("no assistant turn");
      assertThat(((Unusable) outcomes.get(3)).reason()).contains("no messages");
      assertThat(rows(outcomes.get(4))[0]).doesNotContain(Float.NaN);
      assertThat(((Represented) outcomes.get(5)).tokens()).isEqualTo(32);
    }
  }

  @Test
  void givenACopyInAnotherFolder_whenOpened_thenTheFingerprintIsTheSame_andOneChangedBitChangesIt(
      @TempDir Path folder) throws IOException {
    copy(RUN, folder);
    String original = fingerprint(RUN, Projection.sketch(512), LIMIT);
    assertThat(original).hasSize(64).matches("[0-9a-f]+");
    assertThat(fingerprint(folder, Projection.sketch(512), LIMIT)).isEqualTo(original);
    assertThat(fingerprint(RUN, Projection.sketch(520), LIMIT)).isNotEqualTo(original);
    assertThat(fingerprint(RUN, Projection.sketch(512), LIMIT - 1)).isNotEqualTo(original);

    Path moments = folder.resolve("run/checkpoint-20/optimizer_state.safetensors");
    byte[] bytes = Files.readAllBytes(moments);
    bytes[bytes.length - 4] ^= 1;
    Files.write(moments, bytes);
    assertThat(fingerprint(folder, Projection.sketch(512), LIMIT)).isNotEqualTo(original);
  }

  @Test
  void givenAFolderWithoutANeededFile_whenOpened_thenTheMessageNamesItAndSaysWhatToDo(
      @TempDir Path folder) throws IOException {
    List<String> needed =
        List.of(
            "base/config.json",
            "base/model.safetensors",
            "base/tokenizer.json",
            "base/tokenizer_config.json",
            "run/checkpoint-20/adapter_config.json",
            "run/checkpoint-20/adapter_model.safetensors",
            "run/checkpoint-20/trainer_state.json");
    for (String name : needed) {
      Path run = folder.resolve(name.replace('/', '-'));
      copy(RUN, run);
      Path missing = run.resolve(name);
      Files.delete(missing);
      assertThatThrownBy(
              () -> ExampleRepresenter.open(settings(run, Projection.DEFAULT, LIMIT)).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(missing + " is missing: ");
    }
  }

  @Test
  void givenAdaptersWithoutOptimizerState_whenCandidatesArePlain_thenTheyAreRepresentedLikeQueries(
      @TempDir Path folder) throws IOException {
    copy(RUN, folder);
    for (String step : List.of("5", "20")) {
      Path checkpoint = folder.resolve("run/checkpoint-" + step);
      Files.delete(checkpoint.resolve("optimizer_state.safetensors"));
      Files.delete(checkpoint.resolve("trainer_state.json"));
    }
    RepresentationSettings adam = settings(folder, new Projection.None(), LIMIT);
    RepresentationSettings plain =
        new RepresentationSettings(
            RepresentationKind.GRADIENT,
            GradientForm.PLAIN,
            adam.model(),
            adam.checkpoints(),
            adam.projection(),
            TextSettings.reference(LIMIT),
            Prompts.OF_MODEL,
            StatePooling.WEIGHTED_MEAN,
            WeightSettings.DEFAULT);
    try (ExampleRepresenter representer = ExampleRepresenter.open(plain)) {
      assertThat(representer.checkpointWeights()).containsExactly(0.5f, 0.5f);
      float[] expected = GoldenData.floats(RUN.resolve("gradients/checkpoint-20/cand_raw.npy"));
      float[] row = rows(representer.candidates(candidates().subList(0, 2)).get(1))[1];
      float[] golden = GoldenData.row(expected, 1, row.length);
      assertThat(UnitLength.scale(golden)).isTrue();
      assertThat(GoldenData.relativeError(row, golden)).isLessThan(1e-4);
    }
  }

  @Test
  void givenAModelAndAnAdapterTrainedWithDropout_whenRepresented_thenNothingIsDropped(
      @TempDir Path folder) throws IOException {
    copy(RUN, folder);
    change(folder.resolve("base/config.json"), "\"attention_dropout\": 0.0", "0.5");
    for (String step : List.of("5", "20")) {
      Path config = folder.resolve("run/checkpoint-" + step + "/adapter_config.json");
      change(config, "\"lora_dropout\": 0.0", "0.5");
    }
    try (ExampleRepresenter without =
            ExampleRepresenter.open(settings(RUN, Projection.sketch(512), LIMIT));
        ExampleRepresenter with =
            ExampleRepresenter.open(settings(folder, Projection.sketch(512), LIMIT))) {
      List<Candidate> candidates = candidates().subList(0, 2);
      for (int i = 0; i < 2; i++) {
        assertThat(rows(with.candidates(candidates).get(i)))
            .isDeepEqualTo(rows(without.candidates(candidates).get(i)));
      }
    }
  }

  private static void change(Path file, String setting, String value) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(setting);
    String name = setting.substring(0, setting.indexOf(':') + 1);
    Files.writeString(file, text.replace(setting, name + " " + value));
  }

  @Test
  void givenNoOptimizerState_whenOpened_thenTheErrorSaysHowToTrain(@TempDir Path folder)
      throws IOException {
    copy(RUN, folder);
    Files.delete(folder.resolve("run/checkpoint-5/optimizer_state.safetensors"));
    assertThatThrownBy(() -> ExampleRepresenter.open(settings(folder, Projection.DEFAULT, LIMIT)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checkpoint-5/optimizer.pt is missing: ")
        .hasMessageContaining("save_only_model");
  }

  @Test
  void givenNoCheckpointOrAnInvalidLengthLimit_whenSettingsAreCreated_thenTheyAreRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepresentationSettings.gradient(RUN, List.of()))
        .withMessageContaining("at least one folder");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(RUN, Projection.DEFAULT, 1))
        .withMessageContaining("use 2 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(RUN, Projection.DEFAULT, 2_000_000_000))
        .withMessageContaining("at most 1048576");
  }

  @Test
  void givenTheSameCheckpointByTwoPaths_whenSettingsAreCreated_thenItIsRejected() {
    Path once = RUN.resolve("run/checkpoint-5");
    Path again = RUN.resolve("run/checkpoint-20/../checkpoint-5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepresentationSettings.gradient(RUN, List.of(once, again)))
        .withMessageContaining("checkpoint-5 is given twice");
  }

  private static String fingerprint(Path run, Projection projection, int limit) throws IOException {
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(settings(run, projection, limit))) {
      return representer.fingerprint();
    }
  }

  private static void copy(Path from, Path into) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = into.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }
}
