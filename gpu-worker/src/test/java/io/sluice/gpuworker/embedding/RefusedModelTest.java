package io.sluice.gpuworker.embedding;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models whose files ask for something that is not computed are refused by name. */
class RefusedModelTest {
  private static final Path MODELS = Path.of("src/test/resources/embedding");

  @TempDir private Path folder;

  @BeforeEach
  void copyModel() throws IOException {
    copy(MODELS.resolve("bert-mean"), folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "modules.json | models.Normalize | models.WeightedLayerPooling | WeightedLayerPooling",
        "modules.json | sentence_transformers.models.Normalize | mine.Normalize | mine.Normalize",
        "modules.json | sentence_transformers.models.Pooling | sentence_transformers.models.Dense | second module",
        "modules.json | 1_Pooling | ../other | names '../other'",
        "modules.json | 1_Pooling | /etc | names '/etc'",
        "1_Pooling/config.json | \"include_prompt\" | \"pool_twice\": 2, \"include_prompt\" | pool_twice",
        "1_Pooling/config.json | \"include_prompt\" | \"pooling_mode\": \"median\", \"include_prompt\" | pooling_mode median",
        "1_Pooling/config.json | \"include_prompt\" | \"pooling_mode\": \"cls\", \"include_prompt\" | earlier versions",
        "1_Pooling/config.json | 16 | 17 | values for a token",
        "sentence_bert_config.json | \"max_seq_length\": 48 | \"max_seq_length\": 2 | adds 2",
        "sentence_bert_config.json | false | false, \"model_args\": {\"trust_remote_code\": true} | trust_remote_code",
        "sentence_bert_config.json | false | false, \"transformer_task\": \"fill-mask\" | transformer_task",
        "sentence_bert_config.json | false | false, \"modality_config\": {\"message\": {\"method\": \"forward\"}} | modality_config",
        "config.json | \"model_type\" | \"auto_map\": {\"AutoModel\": \"code.Model\"}, \"model_type\" | auto_map",
        "tokenizer_config.json | { | {\"auto_map\": {\"AutoTokenizer\": \"code.T\"}, | auto_map",
        "tokenizer_config.json | \"do_lower_case\": true | \"do_lower_case\": false | do_lower_case",
        "tokenizer_config.json | { | {\"truncation_side\": \"middle\", | truncation_side",
        "config_sentence_transformers.json | { | {\"truncate_dim\": 8, | truncate_dim",
        "config_sentence_transformers.json | { | {\"scale\": 2, | scale",
        "config_sentence_transformers.json | \"default_prompt_name\": null | \"default_prompt_name\": \"x\" | default_prompt_name is x"
      })
  void givenAModelThatAsksForMore_whenOpened_thenItIsRefusedByName(
      String file, String from, String to, String expected) throws IOException {
    replace(folder.resolve(file), from, to);

    assertThatThrownBy(this::open)
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void givenAnOnnxFileWithAnotherInput_whenOpened_thenItIsRefusedByName() throws IOException {
    renameInOnnxFile("attention_mask", "attention_bias");

    assertThatThrownBy(this::open)
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("has the input attention_bias");
  }

  @Test
  void givenStatesOfAnotherName_whenOpened_thenTheOnlyOutputWithThreeAxesIsUsed()
      throws IOException {
    renameInOnnxFile("last_hidden_state", "some_other_states");

    assertThatCode(() -> open().close()).doesNotThrowAnyException();
  }

  @Test
  void givenADamagedOnnxFile_whenOpened_thenItIsRefusedByName() throws IOException {
    Path onnx = folder.resolve("onnx/model.onnx");
    byte[] content = Files.readAllBytes(onnx);
    for (int size : List.of(0, 10, content.length / 2)) {
      Files.write(onnx, Arrays.copyOf(content, size));
      assertThatThrownBy(this::open)
          .isInstanceOf(UnusableModelException.class)
          .hasMessageContaining("model.onnx");
    }
  }

  @Test
  void givenWeightsOutsideTheFolder_whenOpened_thenTheFileIsRefused() throws IOException {
    copy(MODELS.resolve("xlm-r-several"), folder);
    renameInOnnxFile("model.onnx.data", "../../../../pwd");

    assertThatThrownBy(this::open)
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("'../../../../pwd'");
  }

  @Test
  void givenNoOnnxFile_whenOpened_thenTheMessageSaysToExport() throws IOException {
    Files.delete(folder.resolve("onnx/model.onnx"));

    assertThatThrownBy(this::open)
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("export the model to ONNX");
  }

  private SentenceEncoder open() throws IOException {
    SentenceEncoder encoder =
        SentenceEncoder.open(
            Optional.of(folder), Prompts.OF_MODEL, QueryMode.PROMPT_AND_RESPONSE, 2048);
    Sentence sentence =
        encoder.prepare(new PromptAnswer("a", "b")).match(ready -> ready, reason -> null);
    encoder.requireExpectedWidth(sentence);
    return encoder;
  }

  /** The new name has the same length, so that the file stays whole. */
  private void renameInOnnxFile(String from, String to) throws IOException {
    Path onnx = folder.resolve("onnx/model.onnx");
    String text = Files.readString(onnx, StandardCharsets.ISO_8859_1);
    Files.writeString(onnx, text.replace(from, to), StandardCharsets.ISO_8859_1);
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    if (!text.contains(from)) {
      throw new IllegalArgumentException(file + " lacks " + from);
    }
    int at = text.indexOf(from);
    Files.writeString(file, text.substring(0, at) + to + text.substring(at + from.length()));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(path));
        Files.createDirectories(target.getParent());
        Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
