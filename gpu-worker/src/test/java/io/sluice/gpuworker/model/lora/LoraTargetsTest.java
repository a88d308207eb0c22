package io.sluice.gpuworker.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which layers an adapter's config names. The expected ones are those for which PEFT 0.21's {@code
 * check_target_module_exists} is true.
 */
class LoraTargetsTest {
  private static final List<String> MODULES =
      List.of("0.q_proj", "0.up_proj", "1.q_proj", "1.up_proj", "11.q_proj", "11.up_proj", "head");

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'target_modules': ['q_proj'] | 0.q_proj 1.q_proj 11.q_proj",
        "'target_modules': ['self_attn.q_proj', 'lm_head'] | 0.q_proj 1.q_proj 11.q_proj head",
        "'target_modules': ['proj'] | ``",
        "'target_modules': '.*\\\\.q_proj' | 0.q_proj 1.q_proj 11.q_proj",
        "'target_modules': 'q_proj' | ``",
        "'target_modules': ['q_proj', 'up_proj'], 'exclude_modules': ['up_proj'] | 0.q_proj 1.q_proj 11.q_proj",
        "'target_modules': ['q_proj', 'up_proj'], 'exclude_modules': '.*layers\\\\.1.*' | 0.q_proj 0.up_proj",
        "'target_modules': ['q_proj', 'up_proj'], 'layers_to_transform': [1] | 1.q_proj 1.up_proj",
        "'target_modules': ['q_proj'], 'layers_to_transform': 1 | 1.q_proj",
        "'target_modules': ['q_proj'], 'layers_to_transform': [0, 11], 'layers_pattern': 'layers' | 0.q_proj 11.q_proj",
        "'target_modules': ['q_proj'], 'layers_to_transform': [0], 'layers_pattern': ['blocks'] | ``",
        "'target_modules': ['q_proj', 'lm_head'], 'layers_to_transform': [] | 0.q_proj 1.q_proj 11.q_proj head",
        "'target_modules': ['q_proj', 'lm_head'], 'layers_to_transform': [0] | 0.q_proj head"
      })
  void givenAConfig_whenRead_thenItNamesTheLayersThatPeftAdapts(String fields, String expected)
      throws IOException {
    LoraTargets targets = LoraTargets.read(config("{" + fields + "}"));
    assertThat(MODULES.stream().filter(module -> targets.named().test(whole(module))))
        .containsExactly(expected.isEmpty() ? new String[0] : expected.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | it has no target_modules",
        "{'target_modules': []} | it has no target_modules",
        "{'target_modules': '*_proj'} | target_modules is *_proj, which is not a pattern"
      })
  void givenAConfigThatNamesNoLayers_whenRead_thenItIsRefused(String fields, String message)
      throws IOException {
    JsonFile config = config(fields);
    assertThatThrownBy(() -> LoraTargets.read(config))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("adapter_config.json: " + message);
  }

  private static String whole(String module) {
    return module.equals("head")
        ? "lm_head"
        : "model.layers." + module.replace(".q", ".self_attn.q").replace(".up", ".mlp.up");
  }

  private JsonFile config(String json) throws IOException {
    Path file = folder.resolve("adapter_config.json");
    return JsonFile.read(Files.writeString(file, json.replace('\'', '"')));
  }
}
