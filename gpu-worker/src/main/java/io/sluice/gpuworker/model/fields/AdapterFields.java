package io.sluice.gpuworker.model.fields;

import static io.sluice.gpuworker.model.fields.Fields.honoured;
import static io.sluice.gpuworker.model.fields.Fields.restricted;
import static io.sluice.gpuworker.model.fields.Fields.withoutEffect;

import java.util.List;

/** The fields of a LoRA adapter's {@code adapter_config.json}, as PEFT writes them. */
public final class AdapterFields {
  private static final String PLAIN_LORA = "train a plain LoRA adapter, without this setting";

  /** The fields of {@code adapter_config.json}. */
  public static final FieldList ADAPTER =
      new FieldList(
          "`adapter_config.json`",
          List.of(
              honoured("r", "The rank; the matrices in the file must have it."),
              honoured(
                  "lora_alpha use_rslora",
                  "The factor of the adapter's output: alpha / r, or alpha divided by the root of r."),
              honoured(
                  "target_modules exclude_modules layers_to_transform layers_pattern",
                  "The adapted layers. By the rules of PEFT, these fields must name exactly the layers in the"
                      + " file."),
              honoured(
                  "modules_to_save",
                  "Only `embed_tokens` and `lm_head`, which must be in the file. As in PEFT, an embedding"
                      + " that is listed alone leaves a tied head as it is in the base model."),
              restricted("peft_type", "LORA", "train a LoRA adapter", "The kind of adapter."),
              restricted(
                  "task_type",
                  "CAUSAL_LM",
                  "train the adapter on a causal language model (task_type CAUSAL_LM)",
                  "The model that was trained."),
              restricted(
                  "init_lora_weights",
                  "true false gaussian orthogonal eva",
                  "such an adapter may belong to base weights that were changed when training began. Save it for"
                      + " the original base with model.save_pretrained(folder,"
                      + " path_initial_model_for_weight_conversion=folder_of_the_adapter_before_training),"
                      + " or train with init_lora_weights true",
                  "How the adapter was initialised. `pissa`, `olora`, `corda`, `loftq`, `lora_ga` and others change the"
                      + " base weights, and the adapter alone is not enough."),
              restricted(
                  "bias",
                  "none",
                  "train with bias none",
                  "Biases of the base model that are trained as well."),
              restricted(
                  "use_dora lora_bias use_qalora fan_in_fan_out",
                  "false",
                  PLAIN_LORA,
                  "Other computations than LoRA on linear layers."),
              restricted(
                  "alora_invocation_tokens",
                  "",
                  "train an adapter that acts on all tokens",
                  "An adapter that acts from some token on."),
              restricted(
                  "arrow_config velora_config kasa_config monteclora_config use_bdlora megatron_config",
                  "",
                  PLAIN_LORA,
                  "Variants of LoRA."),
              restricted(
                  "rank_pattern alpha_pattern",
                  "{}",
                  "train with one rank and one alpha for all modules",
                  "Ranks and factors that differ between layers."),
              restricted(
                  "trainable_token_indices target_parameters layer_replication",
                  "[] {}",
                  PLAIN_LORA,
                  "Embeddings, parameters or layers that the adapter changes beside linear layers."),
              withoutEffect(
                  "lora_dropout",
                  "Representations and evaluations use no dropout; training has its own setting."),
              withoutEffect(
                  "loftq_config eva_config corda_config lora_ga_config qalora_group_size megatron_core",
                  "Details of settings above that are refused when they are on, or that end when training"
                      + " begins."),
              withoutEffect(
                  "ensure_weight_tying",
                  "The embedding and the head in the file count. An adapter of the head that PEFT turns into one of"
                      + " the embedding is refused."),
              withoutEffect(
                  "base_model_name_or_path revision auto_mapping inference_mode peft_version runtime_config",
                  "Where the adapter comes from and how PEFT loads it. The base model is the one that"
                      + " is given to Sluice.")));

  private AdapterFields() {}
}
