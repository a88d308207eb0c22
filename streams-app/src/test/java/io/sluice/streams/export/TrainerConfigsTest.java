package io.sluice.streams.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.HyperParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerConfigsTest {
  private static final BaseModel MODEL = new BaseModel("/models/m", List.of());
  private static final FineTuneJob JOB =
      FineTuneJob.newBuilder()
          .setJobId("t-2-abc")
          .setTaskId("t")
          .setRevision(1)
          .setRepresentationId("default")
          .setAlgorithm("round-robin")
          .setBudget(2)
          .setSequence(0)
          .setExamples(2)
          .setPoolSize(20)
          .setSeeds(List.of(5, 6))
          .setDatasetChecksum("00ff")
          .build();

  @TempDir Path folder;

  @Test
  void givenAJob_whenConfigured_thenTheConfigurationOfEveryTrainerHasItsHyperParameters()
      throws IOException {
    TrainerConfigs configs = new TrainerConfigs(JOB, MODEL, 300);

    assertThat(config(configs.trl(Optional.of("t.jinja"))))
        .containsEntry("chat_template_path", "\"t.jinja\"")
        .containsEntry("assistant_only_loss", "true")
        .containsEntry("model_name_or_path", "\"/models/m\"")
        .containsEntry("use_peft", "true")
        .containsEntry("lora_r", "128")
        .containsEntry("lora_alpha", "512")
        .containsEntry("lora_target_modules", "[\"all-linear\"]")
        .containsEntry("max_length", "2048")
        .containsEntry("learning_rate", "0.00002")
        .containsEntry("num_train_epochs", "2")
        .containsEntry("gradient_accumulation_steps", "128")
        .containsEntry("warmup_steps", "1")
        .containsEntry("bf16", "false")
        .containsEntry("seed", "5");
    assertThat(config(configs.axolotl()))
        .containsEntry("base_model", "\"/models/m\"")
        .containsEntry("adapter", "\"lora\"")
        .containsEntry("lora_target_linear", "true")
        .containsEntry("sequence_len", "2048")
        .containsEntry("num_epochs", "2");
    assertThat(config(configs.llamaFactory()))
        .containsEntry("finetuning_type", "\"lora\"")
        .containsEntry("lora_target", "\"all\"")
        .containsEntry("dataset", "\"train\"")
        .containsEntry("cutoff_len", "2048");
    assertThat(
            JsonMapper.builder()
                .build()
                .readTree(configs.llamaFactoryDataset())
                .path("train")
                .path("file_name")
                .asText())
        .isEqualTo("train.jsonl");
  }

  @Test
  void givenALlamaFolder_whenConfigured_thenLoraHasItsUsualTargetsAndFullFineTuningHasNone()
      throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"llama\"}");
    BaseModel llama = BaseModel.of(model);
    FineTuneJob full =
        FineTuneJob.newBuilder(JOB)
            .setHyperParameters(HyperParameters.newBuilder().setFull(true).build())
            .build();

    assertThat(new TrainerConfigs(JOB, llama, 2).llamaFactory())
        .contains("lora_target: \"q_proj,k_proj,v_proj,o_proj\"");
    TrainerConfigs whole = new TrainerConfigs(full, llama, 2);
    assertThat(whole.llamaFactory()).contains("finetuning_type: \"full\"").doesNotContain("lora_");
    assertThat(whole.trl(Optional.empty()))
        .doesNotContain("peft", "lora", "chat_template_path")
        .contains("assistant_only_loss: false");
    assertThat(whole.axolotl()).doesNotContain("adapter", "lora");
  }

  @ParameterizedTest
  @CsvSource({"1, 0.03, 1", "300, 0, 0", "1280, 0.5, 10", "1281, 0.5, 11", "128, 1, 2"})
  void givenAShareOfTheSteps_whenConfigured_thenItIsANumberOfStepsRoundedUp(
      int examples, double ratio, int expected) {
    FineTuneJob job =
        FineTuneJob.newBuilder(JOB)
            .setHyperParameters(HyperParameters.newBuilder().setWarmupRatio(ratio).build())
            .build();
    TrainerConfigs configs = new TrainerConfigs(job, MODEL, examples);

    for (String text :
        List.of(configs.trl(Optional.empty()), configs.axolotl(), configs.llamaFactory())) {
      assertThat(config(text))
          .containsEntry("warmup_steps", Integer.toString(expected))
          .doesNotContainKey("warmup_ratio");
    }
  }

  @Test
  void givenAShareWhoseProductIsRounded_whenConfigured_thenItIsThatOfTheTrainers() {
    FineTuneJob job =
        FineTuneJob.newBuilder(JOB)
            .setHyperParameters(
                HyperParameters.newBuilder()
                    .setWarmupRatio(0.1)
                    .setEpochs(10)
                    .setBatchSize(1)
                    .build())
            .build();
    assertThat(0.1 * 3 * 10).isGreaterThan(3);
    assertThat(config(new TrainerConfigs(job, MODEL, 3).trl(Optional.empty())))
        .containsEntry("warmup_steps", "3");
  }

  private static Map<String, String> config(String text) {
    Map<String, String> config = new TreeMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> config.put(line.split(": ", 2)[0], line.split(": ", 2)[1]));
    return config;
  }
}
