package io.sluice.local.bundled;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.Evaluation;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that the model in the resources was trained on the bundled data, by its losses and logs.
 */
class BundledModelTest {
  private static final int MAX_LENGTH = 128;
  private static final int CANDIDATES = 120;
  private static final long MEGABYTE = 1_000_000;

  @TempDir Path dir;
  private WrittenModel model;

  @BeforeEach
  void write() throws IOException {
    model = BundledModel.write(dir.resolve("model"));
  }

  @Test
  void givenTheFiles_whenTheirSizesAreAdded_thenTheyTakeLessThanFiveMegabytes() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      assertThat(files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum())
          .isLessThan(5 * MEGABYTE);
    }
  }

  @Test
  void givenTheData_whenPredicted_thenTheLossIsFarBelowThatOfTheUntrainedModel() throws Exception {
    Path untrained = BundledModel.untrained(dir.resolve("untrained"), BundledModel.SEED).base();
    BundledData data = BundledData.make();
    List<Text> examples =
        data.candidates().stream().limit(CANDIDATES).<Text>map(Text.Conversation::of).toList();
    double before = loss(untrained, Optional.empty(), examples);
    assertThat(before)
        .as("loss of the untrained model; a uniform guess among 1,024 tokens has ln 1024 = 6.9")
        .isGreaterThan(6);
    assertThat(loss(model.base(), Optional.empty(), examples)).isLessThan(before / 6);
    for (List<Query> queries : data.tasks().values()) {
      List<Text> asked = queries.stream().<Text>map(Text.Question::of).toList();
      assertThat(loss(model.base(), Optional.empty(), asked))
          .isLessThan(loss(untrained, Optional.empty(), asked) / 3);
    }
  }

  @Test
  void givenTheWarmUp_whenItsCheckpointsPredict_thenEachHasALowerLossThanTheBaseModel()
      throws Exception {
    List<Text> examples =
        BundledData.make().candidates().stream()
            .limit(CANDIDATES)
            .<Text>map(Text.Conversation::of)
            .toList();
    double base = loss(model.base(), Optional.empty(), examples);
    for (Path checkpoint : model.checkpoints()) {
      assertThat(loss(model.base(), Optional.of(checkpoint), examples)).isLessThan(base);
    }
  }

  @Test
  void givenTheCheckpoints_whenTheirLogIsRead_thenItHasLearningRateAndLossOfEachStep()
      throws IOException {
    Path last = model.checkpoints().get(model.checkpoints().size() - 1);
    JsonNode log = json(last.resolve("trainer_state.json")).get("log_history");
    int steps = Integer.parseInt(last.getFileName().toString().replace("checkpoint-", ""));
    assertThat(log)
        .hasSize(steps)
        .allSatisfy(step -> assertThat(step.get("loss").doubleValue()).isPositive());
    assertThat(log).extracting(step -> step.get("learning_rate").doubleValue()).contains(1e-3);
  }

  @Test
  void givenTheAdapters_whenRead_thenTheyDoNotNameThePlaceOfTraining() throws IOException {
    for (Path checkpoint : model.checkpoints()) {
      JsonNode config = json(checkpoint.resolve("adapter_config.json"));
      assertThat(config.get("base_model_name_or_path").textValue()).isEqualTo("../../base");
    }
  }

  @Test
  void givenANewlyTrainedModel_whenGathered_thenOnlyBundledFilesWithoutLocalPathsAreCopied()
      throws IOException {
    Path config = model.checkpoints().get(0).resolve("adapter_config.json");
    String bundled = Files.readString(config);
    Files.writeString(config, bundled.replace("../../base", "/home/somebody/base"));
    Files.writeString(model.base().resolve("optimizer_state.safetensors"), "not wanted");
    Path out = dir.resolve("out");

    BundledModel.gather(dir.resolve("model"), out);

    assertThat(out.resolve("warmup/checkpoint-10/adapter_config.json")).hasContent(bundled);
    assertThat(out.resolve("base/model.safetensors"))
        .hasSameBinaryContentAs(model.base().resolve("model.safetensors"));
    assertThat(out.resolve("base/optimizer_state.safetensors")).doesNotExist();
  }

  private static double loss(Path base, Optional<Path> adapter, List<Text> texts) throws Exception {
    List<Encoded.Example> examples =
        EncodedExamples.of(base, TextSettings.reference(MAX_LENGTH), texts).usable();
    assertThat(examples).hasSameSizeAs(texts);
    return new Evaluation(base, adapter, TrainingCompute.ofMachine()).of(examples).mean();
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }
}
