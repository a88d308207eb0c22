package io.sluice.gpuworker.model.fields;

import static io.sluice.gpuworker.model.fields.Fields.honoured;
import static io.sluice.gpuworker.model.fields.Fields.honouredFor;
import static io.sluice.gpuworker.model.fields.Fields.restricted;
import static io.sluice.gpuworker.model.fields.Fields.withoutEffect;

import java.util.List;

/** The fields of a model's {@code config.json}. */
public final class ConfigFields {
  private static final String UNSCALED = "use a model that does not scale these values";
  private static final String UNLIMITED =
      "use a model that does not limit its logits or projections";
  private static final String WHOLE_HEADS = "use a model with partial_rotary_factor 1";
  private static final String GEMMAS = "gemma2 gemma3_text";
  private static final String OTHER_ARCHITECTURE =
      "use the config.json that belongs to the weights";
  private static final String DENSE = "use a dense model, without experts";

  /** The fields of {@code config.json}. */
  public static final FieldList CONFIG =
      new FieldList(
          "`config.json`",
          List.of(
              honoured(
                  "model_type",
                  "The architecture; see [the supported ones](feeding.md#the-model)."),
              honoured(
                  "architectures",
                  "Must be the causal language model of `model_type`, such as `LlamaForCausalLM`."),
              honoured(
                  "hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads"
                      + " head_dim vocab_size rms_norm_eps",
                  "The shape of the model. The weights must have exactly the tensors and shapes that follow"
                      + " from it."),
              honoured(
                  "hidden_act",
                  "The activation: `silu`, also called `swish`, `gelu`, or `gelu_pytorch_tanh`, also called"
                      + " `gelu_new` and `gelu_fast`. For Gemma, it must be what `hidden_activation` is."),
              honouredFor(
                  GEMMAS,
                  "hidden_activation",
                  "",
                  OTHER_ARCHITECTURE,
                  "The activation; `gelu_pytorch_tanh` by default."),
              honoured(
                  "tie_word_embeddings",
                  "Whether the head shares the weights of the embedding. A file with a `lm_head.weight` that"
                      + " differs from the embedding keeps it, as in transformers; an equal copy changes"
                      + " nothing. Without the field, the default of the architecture applies."),
              honoured(
                  "attention_bias",
                  "Whether the attention's projections have biases. Without effect for `qwen2`, whose biases"
                      + " are fixed; `mistral` and `phi3` support only false."),
              honoured(
                  "mlp_bias",
                  "Whether the feed-forward block has biases; `llama`, `smollm3` and `granite` only."),
              honoured(
                  "rope_parameters rope_scaling rope_theta"
                      + " original_max_position_embeddings max_position_embeddings",
                  "The rotary position embedding, see below. A setting that is in two places must have the"
                      + " same value in both. `max_position_embeddings` is only the default of"
                      + " `original_max_position_embeddings`; it limits no text."),
              honouredFor(
                  "gemma3_text",
                  "rope_local_base_freq",
                  "",
                  OTHER_ARCHITECTURE,
                  "The base of the frequencies of layers with a sliding window; 10000 by default."),
              honouredFor(
                  "phi3",
                  "partial_rotary_factor",
                  "1",
                  WHOLE_HEADS,
                  "The share of a head that is rotated."),
              honoured(
                  "sliding_window use_sliding_window max_window_layers layer_types",
                  "Which layers have a sliding window. Defaults are those of the architecture in transformers."
                      + " `llama`, `olmo2` and `granite` have none, whatever `sliding_window` is. Settings that"
                      + " contradict each other are refused."),
              honouredFor(
                  "gemma3_text",
                  "sliding_window_pattern",
                  "",
                  OTHER_ARCHITECTURE,
                  "How many layers a full one follows in, where `layer_types` is absent; 6 by default."),
              honouredFor(
                  GEMMAS,
                  "sliding_window_size",
                  "",
                  OTHER_ARCHITECTURE,
                  "Must be what `sliding_window` is."),
              honoured(
                  "no_rope_layers no_rope_layer_interval",
                  "The layers without position embedding, `smollm3` only."),
              honoured(
                  "attention_dropout",
                  "Without effect on representations and evaluations, which use no dropout. Training refuses"
                      + " any value but 0."),
              honoured(
                  "pad_token_id",
                  "When all weights are trained, the embedding of this token gets no gradient where the token"
                      + " is in a text, as in transformers. Examples are never padded. Without the field,"
                      + " the default of the architecture applies."),
              honoured(
                  "resid_pdrop",
                  "The same for the outputs of the blocks of `phi3`. Other architectures have no such"
                      + " dropout."),
              restricted(
                  "quantization_config compression_config quantization",
                  "{}",
                  "use the model from which it was quantized, in F32, BF16 or F16",
                  "Quantized weights."),
              restricted(
                  "dtype torch_dtype",
                  "float32 bfloat16 float16 auto torch.float32 torch.bfloat16 torch.float16",
                  "save the model as float32, bfloat16 or float16",
                  "No effect: the type of each tensor in the file counts, and the settings dtype and"
                      + " compute say how it is kept and multiplied."),
              honouredFor(
                  "granite",
                  "attention_multiplier residual_multiplier embedding_multiplier logits_scaling",
                  "1",
                  UNSCALED,
                  "Factors of the products of queries and keys, of the blocks' outputs and of the embeddings,"
                      + " and a divisor of the logits; 1 by default."),
              honouredFor(
                  GEMMAS,
                  "query_pre_attn_scalar",
                  "1",
                  UNSCALED,
                  "The products of queries and keys are divided by its root; 256 by default."),
              restricted(
                  "logit_scale logits_multiplier lm_head_multiplier embedding_scale attn_scale"
                      + " attention_scale scale_depth scale_emb dim_model_base mup_multiplier",
                  "1",
                  UNSCALED,
                  "Factors of other architectures."),
              honouredFor(
                  "gemma2",
                  "attn_logit_softcapping",
                  "0",
                  UNLIMITED,
                  "The limit of the products of queries and keys; 50 by default, none if it is null. In"
                      + " transformers, `attn_implementation` `eager` applies it, and `sdpa` does not."),
              honouredFor(
                  GEMMAS,
                  "final_logit_softcapping",
                  "0",
                  UNLIMITED,
                  "The limit of the logits; none if it is null, and by default 30 for `gemma2` and none for"
                      + " `gemma3_text`."),
              restricted(
                  "logits_soft_cap attn_logit_cap final_logit_cap clip_qkv",
                  "0",
                  UNLIMITED,
                  "Limits of other architectures."),
              restricted(
                  "full_attn_mod interpolate_factor",
                  "1",
                  "use a model without these settings of its own code",
                  "What Phi-4 mini writes."),
              restricted(
                  "num_experts num_local_experts n_routed_experts n_shared_experts moe_num_experts",
                  "0 1",
                  DENSE,
                  "Mixture of experts."),
              restricted(
                  "num_experts_per_tok moe_intermediate_size", "0", DENSE, "Mixture of experts."),
              restricted(
                  "num_nextn_predict_layers mtp_num_layers num_mtp_layers",
                  "0",
                  "remove the field and the tensors of these layers from the model",
                  "Layers that predict several tokens."),
              restricted(
                  "is_causal scale_attn_weights",
                  "true",
                  "use a causal language model",
                  "Attention of other architectures."),
              restricted(
                  "is_encoder_decoder add_cross_attention use_bidirectional_attention rope_interleaved"
                      + " use_qk_norm qk_layernorm",
                  "false",
                  "use a model of a supported architecture without this setting",
                  "Settings of other architectures."),
              restricted(
                  "auto_map",
                  "{}",
                  "use a model without code of its own, or remove auto_map if transformers' own class gives"
                      + " the same results",
                  "Code that comes with a model is never run."),
              withoutEffect(
                  "bos_token_id eos_token_id unk_token_id sep_token_id cls_token_id"
                      + " decoder_start_token_id bos_token eos_token pad_token",
                  "Begin and end tokens come from the tokenizer."),
              withoutEffect(
                  "initializer_range initializer_factor initializer_std hidden_dropout"
                      + " hidden_dropout_prob embd_pdrop attn_pdrop classifier_dropout"
                      + " router_aux_loss_coef output_router_logits",
                  "Only for training from scratch or for other architectures."),
              withoutEffect(
                  "use_cache output_attentions output_hidden_states output_scores return_dict use_return_dict"
                      + " return_dict_in_generate pretraining_tp chunk_size_feed_forward torchscript"
                      + " use_bfloat16 is_decoder tie_encoder_decoder pruned_heads cache_implementation"
                      + " _sliding_window_pattern keys_to_ignore_at_inference attn_implementation _attn_implementation"
                      + " _attn_implementation_autoset _attn_implementation_internal"
                      + " _experts_implementation use_flash_attn use_flash_attention use_memory_efficient_attention"
                      + " gradient_checkpointing use_unpad",
                  "How transformers computes or what it returns, not the result."),
              withoutEffect(
                  "transformers_version _name_or_path name_or_path _commit_hash _from_model_config"
                      + " transformers.js_config license author unsloth_version unsloth_fixed"
                      + " model_name base_model tokenizer_class finetuning_task task_specific_params prefix"
                      + " id2label label2id num_labels problem_type",
                  "Where the model comes from, and settings of other tasks."),
              withoutEffect(
                  "max_length min_length max_new_tokens do_sample early_stopping num_beams num_beam_groups"
                      + " diversity_penalty temperature top_k top_p typical_p repetition_penalty"
                      + " length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids"
                      + " num_return_sequences forced_bos_token_id forced_eos_token_id"
                      + " remove_invalid_values exponential_decay_length_penalty suppress_tokens"
                      + " begin_suppress_tokens epsilon_cutoff eta_cutoff encoder_repetition_penalty"
                      + " num_assistant_tokens num_assistant_tokens_schedule"
                      + " assistant_confidence_threshold assistant_lookbehind target_lookbehind",
                  "Only for generating text.")));

  /** The fields of the object with the parameters of the rotary position embedding. */
  public static final FieldList ROPE =
      new FieldList(
          "`rope_parameters` and `rope_scaling` in `config.json`",
          List.of(
              honoured(
                  "rope_type type",
                  "The scaling: `default`, `linear`, `dynamic`, `llama3`, `yarn` or `longrope`; equal if both"
                      + " are given. `phi3` has `default` and `longrope`, also called `su`, only. With"
                      + " `dynamic`, texts may be at most `max_position_embeddings` long; what transformers"
                      + " computes for longer ones depends on the texts before."),
              honoured("rope_theta", "The base of the frequencies."),
              honoured(
                  "factor",
                  "For all but `default`; `longrope` uses it in place of the ratio of lengths."),
              honoured(
                  "original_max_position_embeddings",
                  "The length of texts in pre-training, for `llama3`, `yarn` and `longrope`. For `phi3`, the"
                      + " field outside of this object is preferred, and 4096 by default."),
              honoured(
                  "short_factor long_factor",
                  "For `longrope`: for texts of at most `original_max_position_embeddings` tokens, and for"
                      + " longer ones."),
              honoured("low_freq_factor high_freq_factor", "For `llama3`."),
              honoured(
                  "attention_factor beta_fast beta_slow mscale mscale_all_dim truncate",
                  "For `yarn`; the first also for `longrope`."),
              honoured(
                  "full_attention sliding_attention",
                  "Separate parameters for the layers of this type, instead of common ones: in"
                      + " `rope_parameters` of `olmo3` and `gemma3_text`, and nowhere else. In these,"
                      + " `rope_scaling` applies to full attention only."),
              honouredFor(
                  "phi3",
                  "partial_rotary_factor",
                  "1",
                  WHOLE_HEADS,
                  "The share of a head that is rotated."),
              withoutEffect("finetuned", "Where the scaling comes from.")));

  private ConfigFields() {}
}
