package io.sluice.streams.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.HyperParameters;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Configurations of other trainers for a job, each the text of one file beside the examples.
 *
 * <p>All of them describe the same training: supervised fine-tuning with the loss on the
 * assistant's turns, one example per device and step with gradients accumulated over the batch, a
 * linear learning rate schedule, and AdamW.
 */
final class TrainerConfigs {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String OUTPUT = "output";

  /** The trainers that learn every turn of the assistant, whatever its weight. */
  static final List<String> BLIND_TO_MASKS = List.of("TRL", "LLaMA-Factory");

  private final FineTuneJob job;
  private final HyperParameters parameters;
  private final BaseModel model;
  private final ExampleFormat format;
  private final String file;

  /**
   * Creates the configurations of one job.
   *
   * @param format format of the file of training examples
   * @param file name of the file of training examples
   */
  TrainerConfigs(FineTuneJob job, BaseModel model, ExampleFormat format, String file) {
    this.job = job;
    this.parameters = job.getHyperParameters();
    this.model = model;
    this.format = format;
    this.file = file;
  }

  /** The text of each configuration, by file name, for examples of which all turns are learnt. */
  Map<String, String> filesForAllTrainers() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("trl.yaml", yaml("run in this folder: trl sft --config trl.yaml", trl()));
    files.putAll(filesForMaskedTurns());
    files.put(
        "llama-factory.yaml",
        yaml("run in this folder: llamafactory-cli train llama-factory.yaml", llamaFactory()));
    files.put("dataset_info.json", json(llamaFactoryDataset()) + "\n");
    return files;
  }

  /** Likewise for the one trainer that leaves turns of weight 0 unlearnt. */
  Map<String, String> filesForMaskedTurns() {
    return Map.of(
        "axolotl.yaml", yaml("run in this folder: axolotl train axolotl.yaml", axolotl()));
  }

  private Map<String, Object> trl() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_name_or_path", model.name());
    config.put("datasets", List.of(Map.of("path", format.loader(), "data_files", file)));
    config.put("assistant_only_loss", true);
    config.put("max_length", parameters.getMaxLength());
    if (!parameters.getFull()) {
      config.put("use_peft", true);
      config.put("lora_r", parameters.getLoraRank());
      config.put("lora_alpha", number(parameters.getLoraAlpha()));
      config.put("lora_dropout", number(parameters.getLoraDropout()));
      config.put("lora_target_modules", targets().isEmpty() ? List.of("all-linear") : targets());
    }
    addHuggingFace(config);
    return config;
  }

  private Map<String, Object> axolotl() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("base_model", model.name());
    Map<String, Object> dataset = new LinkedHashMap<>();
    dataset.put("path", file);
    dataset.put("ds_type", format.loader());
    dataset.put("type", "chat_template");
    dataset.put("field_messages", "messages");
    dataset.put("message_property_mappings", Map.of("role", "role", "content", "content"));
    dataset.put("roles_to_train", List.of("assistant"));
    dataset.put("message_field_training", "weight");
    config.put("datasets", List.of(dataset));
    config.put("chat_template", "tokenizer_default");
    config.put("val_set_size", 0);
    config.put("sequence_len", parameters.getMaxLength());
    if (!parameters.getFull()) {
      config.put("adapter", "lora");
      config.put("lora_r", parameters.getLoraRank());
      config.put("lora_alpha", number(parameters.getLoraAlpha()));
      config.put("lora_dropout", number(parameters.getLoraDropout()));
      if (targets().isEmpty()) {
        config.put("lora_target_linear", true);
      } else {
        config.put("lora_target_modules", targets());
      }
    }
    config.put("micro_batch_size", 1);
    config.put("gradient_accumulation_steps", parameters.getBatchSize());
    config.put("num_epochs", parameters.getEpochs());
    config.put("learning_rate", number(parameters.getLearningRate()));
    config.put("lr_scheduler", "linear");
    config.put("optimizer", "adamw_torch");
    config.put("warmup_ratio", number(parameters.getWarmupRatio()));
    config.put("weight_decay", number(parameters.getWeightDecay()));
    config.put("max_grad_norm", number(parameters.getMaxGradientNorm()));
    config.put("seed", job.getSeeds().get(0));
    config.put("output_dir", OUTPUT);
    return config;
  }

  private Map<String, Object> llamaFactory() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_name_or_path", model.name());
    config.put("stage", "sft");
    config.put("do_train", true);
    config.put("finetuning_type", parameters.getFull() ? "full" : "lora");
    if (!parameters.getFull()) {
      config.put("lora_rank", parameters.getLoraRank());
      config.put("lora_alpha", number(parameters.getLoraAlpha()));
      config.put("lora_dropout", number(parameters.getLoraDropout()));
      config.put("lora_target", targets().isEmpty() ? "all" : String.join(",", targets()));
    }
    config.put("dataset_dir", ".");
    config.put("dataset", "train");
    config.put("cutoff_len", parameters.getMaxLength());
    addHuggingFace(config);
    return config;
  }

  private Map<String, Object> llamaFactoryDataset() {
    Map<String, Object> dataset = new LinkedHashMap<>();
    dataset.put("file_name", file);
    dataset.put("formatting", "sharegpt");
    dataset.put("columns", Map.of("messages", "messages"));
    Map<String, Object> tags = new LinkedHashMap<>();
    tags.put("role_tag", "role");
    tags.put("content_tag", "content");
    tags.put("user_tag", "user");
    tags.put("assistant_tag", "assistant");
    tags.put("system_tag", "system");
    dataset.put("tags", tags);
    return Map.of("train", dataset);
  }

  /**
   * Adds the arguments that TRL and LLaMA-Factory share, because both use Hugging Face's Trainer.
   */
  private void addHuggingFace(Map<String, Object> config) {
    config.put("per_device_train_batch_size", 1);
    config.put("gradient_accumulation_steps", parameters.getBatchSize());
    config.put("num_train_epochs", parameters.getEpochs());
    config.put("learning_rate", number(parameters.getLearningRate()));
    config.put("lr_scheduler_type", "linear");
    config.put("optim", "adamw_torch");
    config.put("warmup_ratio", number(parameters.getWarmupRatio()));
    config.put("weight_decay", number(parameters.getWeightDecay()));
    config.put("max_grad_norm", number(parameters.getMaxGradientNorm()));
    config.put("seed", job.getSeeds().get(0));
    config.put("output_dir", OUTPUT);
  }

  private List<String> targets() {
    return parameters.getLoraTargets().isEmpty()
        ? model.usualTargets()
        : parameters.getLoraTargets();
  }

  /** Writes no exponents: YAML parsers differ in which of them they recognise as numbers. */
  private static BigDecimal number(double value) {
    return new BigDecimal(
        new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString());
  }

  private String yaml(String usage, Map<String, Object> config) {
    StringBuilder text = new StringBuilder();
    text.append("# Job ").append(job.getJobId()).append("; ").append(usage).append('\n');
    text.append("# On N devices divide gradient_accumulation_steps by N.\n");
    config.forEach((key, value) -> text.append(key).append(": ").append(json(value)).append('\n'));
    return text.toString();
  }

  /** Writes a value as JSON, which is valid YAML too. */
  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + value.getClass(), e);
    }
  }
}
