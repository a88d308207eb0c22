package io.sluice.gpuworker.model.fields;

import static io.sluice.gpuworker.model.fields.Fields.honoured;
import static io.sluice.gpuworker.model.fields.Fields.restricted;
import static io.sluice.gpuworker.model.fields.Fields.withoutEffect;

import java.util.List;

/** The fields of the files of a sentence-embedding model, as sentence-transformers writes them. */
public final class EmbeddingFields {
  private static final String NO_CODE = "use a model without code of its own";
  private static final String ONE_TOWER =
      "use a model that turns every text into one vector, in one way";

  /** The fields of an entry of {@code modules.json}. */
  public static final FieldList MODULE =
      new FieldList(
          "An entry of `modules.json`",
          List.of(
              honoured(
                  "type",
                  "`Transformer`, `Pooling`, `Dense`, `LayerNorm`, `Normalize` or `Dropout` of"
                      + " sentence-transformers, under the names of all of its versions. The first must"
                      + " be `Transformer`, the second `Pooling`. `Dropout` has no effect. Any other"
                      + " module is refused."),
              honoured("path", "The module's folder, which must be in the folder of the model."),
              restricted(
                  "kwargs", "[]", ONE_TOWER, "Arguments that a caller may give to the module."),
              withoutEffect("idx name", "The order in the list counts.")));

  /** The fields of {@code config.json} in the folder of {@code Pooling}. */
  public static final FieldList POOLING =
      new FieldList(
          "`config.json` of `Pooling`",
          List.of(
              honoured(
                  "pooling_mode",
                  "`cls`, `max`, `mean`, `mean_sqrt_len_tokens`, `weightedmean` or `lasttoken`, or a"
                      + " list of them, whose vectors are joined in this order."),
              honoured(
                  "pooling_mode_cls_token pooling_mode_max_tokens pooling_mode_mean_tokens"
                      + " pooling_mode_mean_sqrt_len_tokens pooling_mode_weightedmean_tokens"
                      + " pooling_mode_lasttoken",
                  "The same in earlier versions; vectors are joined in this order. `mean` if none is"
                      + " true. Must not contradict `pooling_mode`."),
              honoured(
                  "word_embedding_dimension embedding_dimension",
                  "Must be the number of values that the ONNX file computes for a token."),
              honoured(
                  "include_prompt",
                  "If false, the tokens of the prompt are left out of the pooling.")));

  /** The fields of {@code config.json} in the folder of {@code Dense}. */
  public static final FieldList DENSE =
      new FieldList(
          "`config.json` of `Dense`",
          List.of(
              honoured(
                  "in_features out_features bias",
                  "The shape, which the tensors in `model.safetensors` of the same folder must have."),
              honoured(
                  "activation_function",
                  "`Tanh` (also if the field is absent), `Identity`, `ReLU` or `Sigmoid` of PyTorch."),
              honoured("use_residual", "Whether the input is added to the output."),
              restricted(
                  "module_input_name module_output_name",
                  "sentence_embedding",
                  "use a model whose dense modules follow the pooling",
                  "Where the module stands.")));

  /** The fields of {@code config.json} in the folder of {@code LayerNorm}. */
  public static final FieldList LAYER_NORM =
      new FieldList(
          "`config.json` of `LayerNorm`",
          List.of(
              honoured(
                  "dimension",
                  "The shape, which the tensors in `model.safetensors` of the same folder must"
                      + " have.")));

  /** The fields of {@code sentence_bert_config.json}. */
  public static final FieldList TRANSFORMER =
      new FieldList(
          "`sentence_bert_config.json`, and the same file with another name in earlier versions",
          List.of(
              honoured(
                  "max_seq_length",
                  "The length limit in tokens, the added ones included. Texts are cut to the lowest of it, the"
                      + " positions of the model and `max.length`."),
              honoured(
                  "do_lower_case",
                  "Whether texts are converted to lower case before tokenization."),
              restricted(
                  "transformer_task",
                  "feature-extraction",
                  "use a model that computes a vector for each token",
                  "What the model computes."),
              restricted(
                  "module_output_name",
                  "token_embeddings",
                  "use a model that computes a vector for each token",
                  "What the model computes."),
              honoured(
                  "modality_config",
                  "Must be text in, and the last hidden states out. Models for images, sound or messages are"
                      + " refused."),
              restricted(
                  "processing_kwargs query_expansion query_length document_length",
                  "{}",
                  "use a model without these settings",
                  "Other ways of tokenizing."),
              restricted(
                  "model_args model_kwargs tokenizer_args processor_kwargs config_args config_kwargs",
                  "{}",
                  "use a model without arguments for its loader, such as trust_remote_code",
                  "Arguments for the loaders of transformers."),
              withoutEffect("unpad_inputs", "How it is computed, not the result.")));

  /** The fields of {@code config_sentence_transformers.json}. */
  public static final FieldList SENTENCE_TRANSFORMERS =
      new FieldList(
          "`config_sentence_transformers.json`",
          List.of(
              honoured(
                  "prompts",
                  "What is put before a text: `query` before queries; the first of `document`,"
                      + " `passage` and `corpus` that is not empty before candidates. Others are not used."
                      + " The settings `embedding.query.prompt` and `embedding.candidate.prompt` take"
                      + " precedence."),
              honoured(
                  "default_prompt_name",
                  "The prompt of queries or candidates that have none of their own."),
              restricted(
                  "model_type",
                  "SentenceTransformer",
                  ONE_TOWER,
                  "The kind of model: no cross encoders, sparse encoders and multi-vector models."),
              restricted(
                  "truncate_dim",
                  "",
                  "remove the field; whole vectors are compared",
                  "The use of the first values of a vector alone."),
              withoutEffect(
                  "similarity_fn_name",
                  "Vectors are scaled to unit length and compared by their cosine, as in the published"
                      + " method."),
              withoutEffect("__version__ requirements", "Versions of Python libraries.")));

  /** The fields of {@code config.json} that are read; its others describe the ONNX file. */
  public static final FieldList MODEL =
      new FieldList(
          "`config.json` of a sentence-embedding model",
          List.of(
              honoured("vocab_size", "Token ids must be below it."),
              honoured(
                  "max_position_embeddings model_type pad_token_id",
                  "The number of positions that the model has, which limits the length of a text. The models of"
                      + " `model_type` roberta, xlm-roberta, camembert, mpnet and their relatives use the"
                      + " first `pad_token_id` + 1 of them for nothing else than padding."),
              restricted(
                  "auto_map",
                  "{}",
                  NO_CODE
                      + ", or remove auto_map if the ONNX file was exported from transformers' own"
                      + " class",
                  "Code that comes with a model is never run.")));

  /** The fields of {@code tokenizer.json}. */
  public static final FieldList TOKENIZER =
      new FieldList(
          "`tokenizer.json` of a sentence-embedding model",
          List.of(
              honoured(
                  "model added_tokens normalizer pre_tokenizer",
                  "How text becomes tokens; see also `model` in `tokenizer.json` above."),
              honoured(
                  "post_processor",
                  "The tokens that it puts before and after a text, with their type ids. It must not change"
                      + " the tokens of the text."),
              withoutEffect(
                  "truncation padding",
                  "The length limit is set elsewhere, and each text is computed without padding."),
              withoutEffect("decoder version", "Only for turning tokens into text.")));

  /** The fields of {@code tokenizer_config.json}, which may be missing. */
  public static final FieldList TOKENIZER_CONFIG =
      new FieldList(
          "`tokenizer_config.json` of a sentence-embedding model",
          List.of(
              honoured(
                  "eos_token",
                  "Ends an answer in the text of a candidate. Without it, nothing is put there."),
              honoured(
                  "model_max_length",
                  "The length limit, if `sentence_bert_config.json` has no `max_seq_length`."),
              honoured(
                  "truncation_side",
                  "Whether a text is cut at its end (`right`) or its beginning."),
              honoured("add_bos_token add_eos_token", "Must agree with the `post_processor`."),
              honoured("add_prefix_space", "Must agree with `tokenizer.json`."),
              honoured(
                  "do_lower_case strip_accents tokenize_chinese_chars",
                  "Must agree with a `BertNormalizer` in `tokenizer.json`."),
              honoured(
                  "added_tokens_decoder bos_token pad_token unk_token sep_token cls_token mask_token"
                      + " additional_special_tokens extra_special_tokens model_specific_special_tokens"
                      + " special_tokens",
                  "Must be among the `added_tokens` of `tokenizer.json`, also those in"
                      + " `special_tokens_map.json` and `added_tokens.json` if these files exist."),
              restricted(
                  "split_special_tokens trust_remote_code",
                  "false",
                  "save the tokenizer without it",
                  "Other divisions of a text than those of `tokenizer.json`, and code."),
              restricted("auto_map", "{}", NO_CODE, "Code that comes with a model is never run."),
              withoutEffect(
                  "padding_side max_length stride truncation_strategy pad_to_multiple_of"
                      + " pad_token_type_id padding truncation",
                  "Each text is computed without padding."),
              withoutEffect(
                  "chat_template response_schema response_template use_default_system_prompt",
                  "The text of examples has one form."),
              withoutEffect(
                  "tokenizer_class backend legacy from_slow use_fast sp_model_kwargs vocab_file tokenizer_file"
                      + " merges_file special_tokens_map_file tokenizer_type vocab_size is_local"
                      + " local_files_only do_basic_tokenize never_split trim_offsets extra_ids"
                      + " clean_up_tokenization_spaces spaces_between_special_tokens errors model_input_names"
                      + " return_token_type_ids processor_class name_or_path _name_or_path"
                      + " transformers_version _commit_hash unsloth_version unsloth_fixed init_inputs",
                  "How transformers builds a tokenizer, or for other uses.")));

  private EmbeddingFields() {}
}
