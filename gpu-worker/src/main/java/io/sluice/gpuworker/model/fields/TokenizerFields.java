package io.sluice.gpuworker.model.fields;

import static io.sluice.gpuworker.model.fields.Fields.honoured;
import static io.sluice.gpuworker.model.fields.Fields.restricted;
import static io.sluice.gpuworker.model.fields.Fields.withoutEffect;

import java.util.List;

/** The fields of a tokenizer's files. */
public final class TokenizerFields {
  /** The fields of {@code tokenizer.json}. */
  public static final FieldList TOKENIZER =
      new FieldList(
          "`tokenizer.json`",
          List.of(
              honoured(
                  "model added_tokens normalizer pre_tokenizer",
                  "How text becomes tokens. The beginning of a text must become the same tokens, whatever"
                      + " follows it."),
              honoured(
                  "post_processor",
                  "The tokens that it puts before a text. The end token that some put after a text is left"
                      + " out, because a text may be a prompt, and the end of an answer is written by"
                      + " Sluice; any other token after a text is refused, and so is the begin token twice."),
              withoutEffect(
                  "truncation padding",
                  "Texts are cut at their end, to the length limit of Sluice, and never padded."),
              withoutEffect("decoder version", "Only for turning tokens into text.")));

  /** The fields of {@code model} in {@code tokenizer.json}. */
  public static final FieldList TOKENIZER_MODEL =
      new FieldList(
          "`model` in `tokenizer.json`",
          List.of(
              honoured(
                  "type vocab merges unk_token unk_id continuing_subword_prefix end_of_word_suffix fuse_unk"
                      + " byte_fallback ignore_merges max_input_chars_per_word",
                  "The vocabulary, and how words are divided."),
              restricted(
                  "dropout",
                  "0",
                  "set it to null; with a dropout, a text has other tokens each time",
                  "Random divisions of words.")));

  /** The fields of {@code tokenizer_config.json}. */
  public static final FieldList TOKENIZER_CONFIG =
      new FieldList(
          "`tokenizer_config.json`",
          List.of(
              honoured(
                  "eos_token",
                  "The token that ends an answer. Must be one token of the vocabulary, and the same in"
                      + " `special_tokens_map.json` if that file exists."),
              honoured(
                  "add_bos_token", "Must agree with the `post_processor` of `tokenizer.json`."),
              honoured("add_prefix_space", "Must agree with `tokenizer.json`."),
              honoured(
                  "added_tokens_decoder",
                  "Must list tokens that `tokenizer.json` has, with the same settings; so must"
                      + " `added_tokens.json` if that file exists."),
              restricted(
                  "split_special_tokens do_lower_case",
                  "false",
                  "save the tokenizer without it; tokenizer.json decides how text is divided",
                  "Other divisions of the text than those of `tokenizer.json`."),
              withoutEffect(
                  "add_eos_token",
                  "Sluice writes the end token after each answer, and nowhere else."),
              honoured(
                  "bos_token pad_token unk_token sep_token cls_token mask_token additional_special_tokens"
                      + " extra_special_tokens model_specific_special_tokens special_tokens",
                  "Names of special tokens, at which texts are divided. Must be among the `added_tokens` of"
                      + " `tokenizer.json`, also those in `special_tokens_map.json` if that file exists."),
              withoutEffect(
                  "truncation_side padding_side max_length stride truncation_strategy pad_to_multiple_of"
                      + " pad_token_type_id padding truncation model_max_length",
                  "Texts are cut at their end, to the length limit of Sluice, and never padded."),
              honoured(
                  "chat_template",
                  "The text form `chat` uses it, or `chat_template.jinja` if that file exists"
                      + " ([text-forms.md](text-forms.md))."),
              withoutEffect(
                  "response_schema response_template use_default_system_prompt",
                  "Messages have one of two [text forms](text-forms.md), which do not use them."),
              withoutEffect(
                  "tokenizer_class backend legacy from_slow use_fast sp_model_kwargs vocab_file tokenizer_file"
                      + " merges_file special_tokens_map_file tokenizer_type vocab_size auto_map is_local"
                      + " local_files_only trust_remote_code",
                  "How transformers builds a tokenizer. Sluice reads `tokenizer.json` only."),
              withoutEffect(
                  "clean_up_tokenization_spaces spaces_between_special_tokens errors"
                      + " model_input_names return_token_type_ids processor_class name_or_path"
                      + " _name_or_path transformers_version _commit_hash unsloth_version unsloth_fixed"
                      + " init_inputs",
                  "Only for turning tokens into text, for other uses, or where the tokenizer comes from.")));

  private TokenizerFields() {}
}
