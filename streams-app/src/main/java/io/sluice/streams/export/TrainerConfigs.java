package io.sluice.streams.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.HyperParameters;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Configurations of other trainers for a job.
 *
 * <p>All of them describe the same training: supervised fine-tuning in 32 bits with the loss on
 * what is learnt of each example, one example per device and step with gradients accumulated over
 * the batch, a linear learning rate schedule, and AdamW. Each refers to a file {@code train.jsonl}
 * beside it.
 */
final class TrainerConfigs {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String OUTPUT = "output";
  private static final String FILE = "train.jsonl";

  private final FineTuneJob job;
  private final HyperParameters parameters;
  private final BaseModel model;
  private final int examples;

  /**
   * Creates the configurations of one job.
   *
   * @param examples the number of examples in the file, at least 1
   */
  TrainerConfigs(FineTuneJob job, BaseModel model, int examples) {
    this.job = job;
    this.parameters = job.getHyperParameters();
    this.model = model;
    this.examples = examples;
  }

  /**
   * The configuration of TRL.
   *
   * @param template name of the file of a chat template with generation markers; when empty, the
   *     examples are tokens
   */
  String trl(Optional<String> template) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_name_or_path", model.name());
    config.put("datasets", List.of(Map.of("path", "json", "data_files", FILE)));
    template.ifPresent(name -> config.put("chat_template_path", name));
    config.put("assistant_only_loss", template.isPresent());
    config.put("max_length", parameters.getMaxLength());
    if (!parameters.getFull()) {
      config.put("use_peft", true);
      config.put("lora_r", parameters.getLoraRank());
      config.put("lora_alpha", number(parameters.getLoraAlpha()));
      config.put("lora_dropout", number(parameters.getLoraDropout()));
      config.put("lora_target_modules", targets().isEmpty() ? List.of("all-linear") : targets());
    }
    addHuggingFace(config);
    return yaml("trl sft --config trl.yaml [--model_name_or_path MODEL]", config);
  }

  /** The configuration of Axolotl, for examples that are tokens. */
  String axolotl() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("base_model", model.name());
    config.put("datasets", List.of(Map.of("path", FILE, "ds_type", "json")));
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
    config.put("warmup_steps", warmupSteps());
    config.put("weight_decay", number(parameters.getWeightDecay()));
    config.put("max_grad_norm", number(parameters.getMaxGradientNorm()));
    config.put("seed", job.getSeeds().get(0));
    config.put("bf16", false);
    config.put("output_dir", OUTPUT);
    return yaml("axolotl train axolotl.yaml [--base-model MODEL]", config);
  }

  /** The configuration of LLaMA-Factory, for examples that are text in parts. */
  String llamaFactory() {
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
    // It adds nothing to the parts of the text, which have everything already.
    config.put("template", "empty");
    config.put("cutoff_len", parameters.getMaxLength());
    addHuggingFace(config);
    return yaml("llamafactory-cli train llama-factory.yaml [model_name_or_path=MODEL]", config);
  }

  /** The description of the examples that LLaMA-Factory needs, as JSON. */
  String llamaFactoryDataset() {
    Map<String, Object> dataset = new LinkedHashMap<>();
    dataset.put("file_name", FILE);
    dataset.put("formatting", "sharegpt");
    dataset.put("columns", Map.of("messages", "messages"));
    Map<String, Object> tags = new LinkedHashMap<>();
    tags.put("role_tag", "role");
    tags.put("content_tag", "content");
    tags.put("user_tag", "user");
    tags.put("assistant_tag", "assistant");
    dataset.put("tags", tags);
    return json(Map.of("train", dataset)) + "\n";
  }

  /**
   * The number of steps in which the learning rate rises: newer versions of the trainers have no
   * setting for their share.
   */
  private int warmupSteps() {
    int batch = parameters.getBatchSize();
    int perEpoch = (examples + batch - 1) / batch;
    // The steps first: in another order, rounding can give one more than here and in the trainers.
    int steps = perEpoch * parameters.getEpochs();
    return (int) Math.ceil(steps * parameters.getWarmupRatio());
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
    config.put("warmup_steps", warmupSteps());
    config.put("weight_decay", number(parameters.getWeightDecay()));
    config.put("max_grad_norm", number(parameters.getMaxGradientNorm()));
    config.put("seed", job.getSeeds().get(0));
    config.put("bf16", false);
    config.put("report_to", "none");
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
    text.append("# Job ").append(job.getJobId()).append("; run in this folder: ");
    text.append(usage).append('\n');
    text.append(
        "# On N devices divide gradient_accumulation_steps by N. On a GPU, bf16 may be true.\n");
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
