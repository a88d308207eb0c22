package io.sluice.gpuworker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
  private static final Path BASE = GoldenData.small().resolve("tiny-llama/base");
  private static final String TEXT = "Name a prime number, and then the next one after it.";
  private static final String BEGIN_AND_END =
      "{'post_processor': {'type': 'TemplateProcessing', 'single': [{'SpecialToken': {'id': '<s>',"
          + " 'type_id': 0}}, {'Sequence': {'id': 'A', 'type_id': 0}}, {'SpecialToken': {'id':"
          + " 'END', 'type_id': 0}}], 'pair': [{'Sequence': {'id': 'A', 'type_id': 0}}, {'Sequence':"
          + " {'id': 'B', 'type_id': 0}}], 'special_tokens': {'<s>': {'id': '<s>', 'ids': [0],"
          + " 'tokens': ['<s>']}, 'END': {'id': 'END', 'ids': [NUMBER], 'tokens': ['END']}}}}";

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    for (String file : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(BASE.resolve(file), folder.resolve(file));
    }
  }

  private void change(String file, String changes) throws IOException {
    Path path = folder.resolve(file);
    ObjectNode content = GoldenData.json(path).deepCopy();
    for (Map.Entry<String, JsonNode> change :
        new ObjectMapper().readTree(changes.replace('\'', '"')).properties()) {
      content.set(change.getKey(), change.getValue());
    }
    Files.writeString(path, content.toString());
  }

  private long[] encode(Path model, int maxLength) throws IOException {
    try (Tokens tokens = Tokens.open(model, maxLength)) {
      return tokens.encode(TEXT);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'truncation': {'direction': 'Left', 'max_length': 3, 'strategy': 'LongestFirst', 'stride': 0}}",
        "{'padding': {'strategy': {'Fixed': 64}, 'direction': 'Left', 'pad_to_multiple_of': 8,"
            + " 'pad_id': 2, 'pad_type_id': 0, 'pad_token': '[PAD]'}}"
      })
  void givenStoredTruncationOrPadding_whenEncoded_thenTheyHaveNoEffect(String changes)
      throws IOException {
    change("tokenizer.json", changes);
    change("tokenizer_config.json", "{'truncation_side': 'left', 'padding_side': 'left'}");
    assertThat(encode(folder, 256)).isEqualTo(encode(BASE, 256));
    assertThat(encode(folder, 5)).isEqualTo(encode(BASE, 5)).hasSize(5);
  }

  @Test
  void givenAPostProcessorThatAddsTheEndToken_whenEncoded_thenOnlyTheBeginTokenIsAdded()
      throws IOException {
    change("tokenizer.json", BEGIN_AND_END.replace("END", "</s>").replace("NUMBER", "1"));
    change("tokenizer_config.json", "{'add_eos_token': true, 'add_bos_token': true}");
    assertThat(encode(folder, 256)).isEqualTo(encode(BASE, 256)).startsWith(0).doesNotContain(1);
    assertThat(encode(folder, 5)).isEqualTo(encode(BASE, 5));
  }

  @Test
  void givenAPostProcessorThatAddsAnotherTokenAfterATextOrContradicts_whenOpened_thenItIsNamed()
      throws IOException {
    change("tokenizer.json", BEGIN_AND_END.replace("END", "[PAD]").replace("NUMBER", "2"));
    rejected("tokenizer.json: post_processor puts the token 2 after each text");
    change("tokenizer.json", "{'post_processor': null}");
    assertThat(encode(folder, 256)).doesNotContain(0);
    change("tokenizer_config.json", "{'add_bos_token': true}");
    rejected("tokenizer_config.json: add_bos_token is true, but the post_processor in");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tokenizer_config.json | {'eos_token': '[END]'} | eos_token is [END], which is not in the vocabulary",
        "tokenizer_config.json | {'eos_token': null} | has no eos_token",
        "tokenizer_config.json | {'eos_token': ''} | has no eos_token",
        "tokenizer_config.json | {'eos_token': {'content': 7}} | has no eos_token",
        "tokenizer_config.json | {'split_special_tokens': true} | split_special_tokens is true",
        "tokenizer_config.json | {'do_lower_case': true} | do_lower_case is true",
        "tokenizer_config.json | {'add_prefix_space': true} | add_prefix_space is true, but tokenizer.json says the opposite",
        "tokenizer_config.json | {'added_tokens_decoder': {'5': {'content': '<new>'}}} | added_tokens_decoder has the token <new> with the id 5",
        "tokenizer_config.json | {'added_tokens_decoder': {'1': {'content': '</s>', 'rstrip': true}}} | added_tokens_decoder has rstrip true for the token </s>",
        "tokenizer_config.json | {'word_divider': 'x'} | word_divider is \"x\". Sluice does not know this field",
        "tokenizer_config.json | {'pad_token': 'e'} | pad_token has the token e, which is not among the added_tokens",
        "tokenizer_config.json | {'unk_token': {'content': '<none>'}} | unk_token has the token <none>, which",
        "tokenizer_config.json | {'additional_special_tokens': ['</s>', 'e']} | additional_special_tokens has the token e",
        "tokenizer_config.json | {'extra_special_tokens': {'image_token': 'e'}} | extra_special_tokens has the token e",
        "tokenizer.json | {'added_tokens': []} | bos_token has the token <s>, which is not among the added_tokens",
        "tokenizer.json | {'text_rules': [1]} | text_rules is [1]. Sluice does not know this field",
        "tokenizer.json | {'model': {'type': 'BPE', 'dropout': 0.1, 'vocab': {}, 'merges': []}} | model.dropout is 0.1"
      })
  void givenATokenizerThatCannotBeUsed_whenOpened_thenTheFileAndTheFieldAreNamed(
      String file, String changes, String message) throws IOException {
    change(file, changes);
    rejected(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "special_tokens_map.json | {'eos_token': '[END]'} | eos_token is </s>, but special_tokens_map.json has the eos_token [END]",
        "special_tokens_map.json | {'sep_token': {'content': 'e'}} | special_tokens_map.json: sep_token has the token e",
        "added_tokens.json | {'</s>': 7} | it has the token </s> with the id 7",
        "added_tokens.json | {'<new>': 512} | it has the token <new> with the id 512"
      })
  void givenAnotherFileThatContradicts_whenOpened_thenItIsNamed(
      String file, String content, String message) throws IOException {
    Files.writeString(folder.resolve(file), content.replace('\'', '"'));
    rejected(message);
  }

  @Test
  void givenTheEndTokenAsAnObjectAndTheSameInOtherFiles_whenOpened_thenItIsUsed()
      throws IOException {
    change(
        "tokenizer_config.json",
        "{'eos_token': {'__type': 'AddedToken', 'content': '</s>', 'lstrip': false},"
            + " 'added_tokens_decoder': {'1': {'content': '</s>', 'lstrip': false, 'special': true}}}");
    Files.writeString(folder.resolve("added_tokens.json"), "{\"</s>\": 1}");
    Files.writeString(
        folder.resolve("special_tokens_map.json"), "{\"eos_token\": {\"content\": \"</s>\"}}");
    try (Tokens tokens = Tokens.open(folder, 16)) {
      assertThat(tokens.endToken()).isEqualTo("</s>");
      assertThat(tokens.encodeContinuation("</s>")).containsExactly(1);
    }
  }

  private void rejected(String message) {
    assertThatThrownBy(() -> Tokens.open(folder, 16).close())
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining(message);
  }
}
