package io.sluice.gpuworker.model.fields;

import io.sluice.schemas.testing.DocumentedPage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page on a model folder lists every known field, with what Sluice does with it. */
class ModelFolderPageTest {
  private static final List<FieldList> LISTS =
      List.of(
          ConfigFields.CONFIG,
          ConfigFields.ROPE,
          AdapterFields.ADAPTER,
          TokenizerFields.TOKENIZER,
          TokenizerFields.TOKENIZER_MODEL,
          TokenizerFields.TOKENIZER_CONFIG);

  private static final List<FieldList> EMBEDDING_LISTS =
      List.of(
          EmbeddingFields.MODULE,
          EmbeddingFields.POOLING,
          EmbeddingFields.DENSE,
          EmbeddingFields.LAYER_NORM,
          EmbeddingFields.TRANSFORMER,
          EmbeddingFields.SENTENCE_TRANSFORMERS,
          EmbeddingFields.MODEL,
          EmbeddingFields.TOKENIZER,
          EmbeddingFields.TOKENIZER_CONFIG);

  @Test
  void givenTheLists_whenThePageIsRead_thenItSaysWhatTheySay() throws IOException {
    new DocumentedPage(
            "../deploy/docs/model-folder.md",
            """
            # What Sluice reads of a model folder

            %s
            A field of a model's, an adapter's or a tokenizer's settings is honoured, or has no effect, or is refused by name when the
            model is opened: the message names the file, the field and its value, and says what to do. Nothing is ignored that would change the
            result. The lists below are closed. A field that is on none of them passes only if it is null, false or empty, as new
            fields of later versions usually are; any other value is refused. A field that is null counts as absent, unless its row says otherwise.

            The lists hold for transformers up to 5.18, PEFT up to 0.21 and sentence-transformers up to 6.0. Models for
            [sentence embeddings](#models-for-sentence-embeddings) have lists of their own.
            %s
            ## Other files

            | file | what Sluice does with it |
            |---|---|
            | `model.safetensors`, or `model.safetensors.index.json` and its files | Every tensor must belong to the model of `config.json`, in F32, BF16 or F16. Quantized weights are refused, and so are tensors of layers or biases that the config does not have. |
            | `adapter_model.safetensors` | Every tensor must belong to the adapter: matrices of LoRA on linear layers, `embed_tokens` and `lm_head`. |
            | `optimizer_state.safetensors`, `optimizer.pt` | The moments of AdamW, for exactly the adapter's parameters, finite, the second ones not negative, after at least one step. States of other optimizers, of 8-bit ones and those that DeepSpeed or FSDP divided are refused. The betas and epsilon in it have no effect: those of the published method are used. |
            | `trainer_state.json` | `epoch`, `global_step` and the learning rates in `log_history` become the checkpoints' weights; other fields have no effect. |
            | `special_tokens_map.json`, `added_tokens.json` | Must not contradict the tokenizer; see above. |
            | `chat_template.jinja` | The text form `chat` uses it, in place of `chat_template` in `tokenizer_config.json` ([text-forms.md](text-forms.md)). |
            | `generation_config.json`, `training_args.bin`, all others | Without effect: Sluice generates no text, and no file can run code. |
            | `adapter_config.json` in the folder of the base model | Refused, because transformers would load that adapter with the model. |

            ## The language model of a multimodal model

            A folder whose `config.json` has a `text_config`, such as that of a Gemma 3 with 4 billion parameters or more (Gemma3ForConditionalGeneration in transformers), is refused. Save its language model alone, and give that folder:

            ```python
            import torch
            from transformers import AutoTokenizer, Gemma3ForCausalLM, Gemma3ForConditionalGeneration

            whole = Gemma3ForConditionalGeneration.from_pretrained("gemma-3-4b-it", dtype="auto")
            with torch.device("meta"):
                text = Gemma3ForCausalLM(whole.config.text_config)
            text.model, text.lm_head = whole.model.language_model, whole.lm_head
            text.save_pretrained("gemma-3-4b-it-text")
            AutoTokenizer.from_pretrained("gemma-3-4b-it").save_pretrained("gemma-3-4b-it-text")
            ```

            ## Models for sentence embeddings

            The kind `embedding` reads a folder of sentence-transformers ([embeddings.md](embeddings.md)).
            %s
            ## Other files of a model for sentence embeddings

            | file | what Sluice does with it |
            |---|---|
            | `model.onnx`, or else `onnx/model.onnx`, or else the only file `*.onnx` in these folders | Computes the states. Its inputs must be `input_ids` and possibly `attention_mask` and `token_type_ids`, without a fixed length; its output `last_hidden_state`, `token_embeddings` or the only one with three axes, in 32-bit floats. Operators that are not part of ONNX Runtime are refused. |
            | files with weights that the ONNX file names | Must be in the same folder, or below it. |
            | `model.safetensors` of `Dense` and `LayerNorm` | Must have exactly the tensors that `config.json` beside it provides for. `pytorch_model.bin` is not read. |
            | `special_tokens_map.json`, `added_tokens.json` | Must not contradict the tokenizer. |
            | all others, with the weights for PyTorch | Without effect. No file can run code. |
            """
                .formatted(
                    DocumentedPage.howToRenew(ModelFolderPageTest.class),
                    sections(LISTS),
                    sections(EMBEDDING_LISTS)))
        .check(ModelFolderPageTest.class);
  }

  private static String sections(List<FieldList> lists) {
    return lists.stream().map(ModelFolderPageTest::section).collect(Collectors.joining());
  }

  private static String section(FieldList list) {
    return "\n## %s\n\n| fields | Sluice | why |\n|---|---|---|\n%s"
        .formatted(
            list.title(),
            list.rows().stream().map(ModelFolderPageTest::row).collect(Collectors.joining()));
  }

  private static String row(Fields fields) {
    return "| %s | %s | %s |\n"
        .formatted(quoted(fields.names()), treatment(fields.treatment()), fields.meaning());
  }

  private static String quoted(List<String> words) {
    return words.stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
  }

  private static String treatment(Treatment treatment) {
    if (treatment instanceof Treatment.HonouredFor some) {
      return "honours for %s; otherwise %s"
          .formatted(quoted(some.modelTypes()), treatment(some.elsewhere()));
    }
    if (treatment instanceof Treatment.Restricted restricted) {
      return restricted.values().isEmpty()
          ? "refuses any value"
          : "refuses anything but " + quoted(restricted.values());
    }
    return treatment instanceof Treatment.Honoured ? "honours" : "no effect";
  }
}
