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
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerConfigsTest {
  private static final BaseModel MODEL = new BaseModel("org/model", List.of());
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
    Map<String, String> texts = files(JOB, MODEL);

    assertThat(config(texts, "trl.yaml"))
        .containsEntry("model_name_or_path", "\"org/model\"")
        .containsEntry("use_peft", "true")
        .containsEntry("lora_r", "128")
        .containsEntry("lora_alpha", "512")
        .containsEntry("lora_target_modules", "[\"all-linear\"]")
        .containsEntry("max_length", "2048")
        .containsEntry("learning_rate", "0.00002")
        .containsEntry("num_train_epochs", "2")
        .containsEntry("gradient_accumulation_steps", "128")
        .containsEntry("warmup_ratio", "0.03")
        .containsEntry("seed", "5");
    assertThat(config(texts, "axolotl.yaml"))
        .containsEntry("base_model", "\"org/model\"")
        .containsEntry("adapter", "\"lora\"")
        .containsEntry("lora_target_linear", "true")
        .containsEntry("sequence_len", "2048")
        .containsEntry("num_epochs", "2");
    assertThat(config(texts, "llama-factory.yaml"))
        .containsEntry("finetuning_type", "\"lora\"")
        .containsEntry("lora_target", "\"all\"")
        .containsEntry("dataset", "\"train\"")
        .containsEntry("cutoff_len", "2048");
    assertThat(
            JsonMapper.builder()
                .build()
                .readTree(texts.get("dataset_info.json"))
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
    BaseModel llama = BaseModel.of(model.toString());
    FineTuneJob full =
        FineTuneJob.newBuilder(JOB)
            .setHyperParameters(HyperParameters.newBuilder().setFull(true).build())
            .build();

    assertThat(files(JOB, llama).get("llama-factory.yaml"))
        .contains("lora_target: \"q_proj,k_proj,v_proj,o_proj\"");
    assertThat(files(full, llama).get("llama-factory.yaml"))
        .contains("finetuning_type: \"full\"")
        .doesNotContain("lora_");
    assertThat(files(full, llama).get("trl.yaml")).doesNotContain("peft", "lora");
    assertThat(files(full, llama).get("axolotl.yaml")).doesNotContain("adapter", "lora");
  }

  private static Map<String, String> files(FineTuneJob job, BaseModel model) {
    return new TrainerConfigs(job, model, ExampleFormat.JSONL, "train.jsonl").filesForAllTrainers();
  }

  private static Map<String, String> config(Map<String, String> texts, String name) {
    Map<String, String> config = new TreeMap<>();
    texts
        .get(name)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> config.put(line.split(": ", 2)[0], line.split(": ", 2)[1]));
    return config;
  }
}
