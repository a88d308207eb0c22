package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.ConstantCollection;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares training runs with those of the Hugging Face Trainer with PEFT, from the same seed. */
@ExtendWith(ConstantCollection.class)
class ReferenceTrainingTest {
  private static final double LOSS = 1e-6;
  private static final double NORM = 1e-5;
  private static final double WEIGHTS = 1e-5;

  /**
   * Moments sum the rounding differences of all steps: after 20 steps on processors with other
   * vector instructions than the reference ran on, up to 1.1e-5 was measured.
   */
  private static final double MOMENTS = 3e-5;

  /**
   * The learning rate of the first step is 0, so the second step makes the first update, and the
   * loss of the third is the first to show it.
   */
  private static final int FIRST_STEPS = 3;

  private static final int ALL_STEPS = 20;

  @TempDir private static Path smallRun;
  private static TrainingOutcome.Finished smallOutcome;

  /** Trains once; the tests compare its log and its files with the checkpoints of the reference. */
  @BeforeAll
  static void trainTheSmallModel() throws Exception {
    try (ConstantCollection.Collector collector = ConstantCollection.Collector.begin()) {
      smallOutcome =
          Cases.finish(
              Cases.settings(Cases.ADAPTER, Cases.REFERENCE),
              Cases.examples(60),
              Checkpointing.eachEpoch(smallRun));
      assertThat(collector.collections()).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({"build,'5,20'", "shared,'5,10,15,20'"})
  void givenTheReferenceSettings_whenTrained_thenEachStepAndCheckpointEqualTheReference(
      String where, String steps) throws Exception {
    Path run = GoldenData.gradients(where).resolve("tiny-llama/run");

    SoftAssertions soft = new SoftAssertions();
    assertThat(smallOutcome.log()).hasSize(20);
    compareSteps(soft, smallOutcome.log(), run.resolve("checkpoint-20"));
    for (String step : steps.split(",")) {
      compareFiles(soft, smallRun, run, "checkpoint-" + step);
    }
    soft.assertAll();
  }

  @Test
  void givenAPretrainedModel_whenItsWarmUpStarts_thenTheStepsEqualTheReference(@TempDir Path folder)
      throws Exception {
    SoftAssertions soft = new SoftAssertions();
    compareSteps(
        soft, warmUp(FIRST_STEPS, folder), warmUpOfTheReference().resolve("checkpoint-20"));
    soft.assertAll();
  }

  @Test
  @Tag("slow")
  void givenAPretrainedModel_whenWarmedUpForAnEpoch_thenStepsAndFilesEqualTheReference(
      @TempDir Path folder) throws Exception {
    SoftAssertions soft = new SoftAssertions();
    compareSteps(soft, warmUp(ALL_STEPS, folder), warmUpOfTheReference().resolve("checkpoint-20"));
    compareFiles(soft, folder, warmUpOfTheReference(), "checkpoint-20");
    soft.assertAll();
  }

  private static Path warmUpOfTheReference() {
    return GoldenData.shared("model").resolve("warmup");
  }

  /** Trains the larger model for the given number of steps. */
  private static List<StepLog> warmUp(int steps, Path folder) throws Exception {
    Path base = GoldenData.shared("model").resolve("base");
    TrainingHyperParameters hyper =
        TrainingHyperParameters.DEFAULT
            .withEpochs(4)
            .withBatch(32)
            .withLearningRate(2e-4)
            .withMaxLength(512);
    List<StepLog> log = new ArrayList<>();
    new FineTuning(
            new TrainingSettings(
                base,
                new FineTuneMethod.NewAdapter(16, 64, 0, Set.of()),
                hyper,
                TrainingCompute.ofMachine()))
        .run(
            warmUpExamples(base, hyper.maxLength()),
            Checkpointing.eachEpoch(folder),
            new TrainingListener() {
              @Override
              public boolean isCancelled() {
                return log.size() == steps;
              }

              @Override
              public void progress(StepProgress progress) {
                log.add(progress.last());
              }
            });
    assertThat(log).hasSize(steps);
    return log;
  }

  /** The candidates that the reference warmed up on, in its order. */
  private static List<Encoded.Example> warmUpExamples(Path base, int maxLength) throws IOException {
    Map<String, Text> byId = new HashMap<>();
    try (CandidateFile lines = CandidateFile.open(GoldenData.shared("data/candidates.jsonl.gz"))) {
      while (lines.hasNext()) {
        if (lines.next() instanceof CandidateLine.Valid valid) {
          byId.put(valid.candidate().getId(), Text.Conversation.of(valid.candidate()));
        }
      }
    }
    List<Text> texts = new ArrayList<>();
    GoldenData.json(GoldenData.shared("golden/pipeline/warmup_ids.json"))
        .forEach(id -> texts.add(byId.get(id.asText())));
    return EncodedExamples.of(base, TextSettings.reference(maxLength), texts).usable();
  }

  /** Compares each step with the step that the Hugging Face Trainer logged. */
  private static void compareSteps(SoftAssertions soft, List<StepLog> steps, Path checkpoint) {
    JsonNode log = GoldenData.json(checkpoint.resolve("trainer_state.json")).path("log_history");
    for (StepLog ours : steps) {
      JsonNode theirs = log.get(ours.step() - 1);
      String step = "step " + ours.step();
      double loss = theirs.path("loss").asDouble();
      double norm = theirs.path("grad_norm").asDouble();
      soft.assertThat(ours.epoch()).as(step).isEqualTo(theirs.path("epoch").asDouble());
      soft.assertThat(ours.learningRate())
          .as(step)
          .isCloseTo(theirs.path("learning_rate").asDouble(), within(1e-15));
      soft.assertThat(ours.loss()).as(step).isCloseTo(loss, within(LOSS * loss));
      soft.assertThat(ours.gradientNorm()).as(step).isCloseTo(norm, within(NORM * norm));
    }
  }

  private static void compareFiles(SoftAssertions soft, Path ours, Path theirs, String name)
      throws IOException {
    Path one = ours.resolve(name);
    Path other = theirs.resolve(name);
    compareTensors(soft, one, other, "adapter_model.safetensors", WEIGHTS);
    compareTensors(soft, one, other, "optimizer_state.safetensors", MOMENTS);
  }

  /** Compares all tensors of two files of the same name. */
  private static void compareTensors(
      SoftAssertions soft, Path ours, Path theirs, String file, double tolerance)
      throws IOException {
    assertThat(Files.exists(ours.resolve(file))).isTrue();
    Safetensors actual = Safetensors.open(ours.resolve(file));
    Safetensors expected = Safetensors.open(theirs.resolve(file));
    assertThat(actual.names()).isEqualTo(expected.names());
    for (String name : expected.names()) {
      soft.assertThat(actual.shape(name)).as(name).isEqualTo(expected.shape(name));
      soft.assertThat(
              GoldenData.relativeError(Cases.values(actual, name), Cases.values(expected, name)))
          .as("%s of %s", name, ours.getFileName())
          .isLessThan(tolerance);
    }
  }
}
