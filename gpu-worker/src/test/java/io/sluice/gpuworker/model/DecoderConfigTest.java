package io.sluice.gpuworker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.GoldenData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderConfigTest {
  private static final Path BASE = GoldenData.small().resolve("tiny-llama/base");

  @TempDir private Path folder;

  @Test
  void givenBothStylesOfConfig_whenRead_thenTheySayTheSame() throws IOException {
    Files.copy(BASE.resolve("config.v4style.json"), folder.resolve("config.json"));
    DecoderConfig config = DecoderConfig.read(BASE);
    assertThat(config)
        .isEqualTo(new DecoderConfig(512, 64, 128, 2, 4, 2, 16, 1e-5f, 10_000, false));
    assertThat(DecoderConfig.read(folder)).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"model_type\": \"llama\" | \"model_type\": \"mamba\" | model_type mamba",
        "\"rope_type\": \"default\" | \"rope_type\": \"yarn\" | rope_type yarn",
        "\"attention_bias\": false | \"attention_bias\": true | attention_bias true",
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act gelu"
      })
  void givenAnotherArchitecture_whenRead_thenTheMessageNamesItAndWhatIsSupported(
      String from, String to, String named) throws IOException {
    change(from, to);
    assertThatThrownBy(() -> DecoderConfig.read(folder))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("config.json: " + named + " is not supported yet: use a model with ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"hidden_size\": 64, |  | has no hidden_size",
        "\"num_hidden_layers\": 2 | \"num_hidden_layers\": 0 | num_hidden_layers is 0",
        "\"rms_norm_eps\": 1e-05 | \"rms_norm_eps\": \"x\" | rms_norm_eps is \"x\"",
        "\"vocab_size\": 512 | \"vocab_size\": 512, oops | is not JSON"
      })
  void givenADamagedConfig_whenRead_thenTheMessageNamesTheField(
      String from, String to, String complaint) throws IOException {
    change(from, to == null ? "" : to);
    assertThatThrownBy(() -> DecoderConfig.read(folder)).hasMessageContaining(complaint);
  }

  @Test
  void givenNoHeadSize_whenRead_thenItIsTheHiddenSizeOverTheHeads() throws IOException {
    change("\"head_dim\": 16,", "");
    assertThat(DecoderConfig.read(folder).headSize()).isEqualTo(16);
  }

  private void change(String from, String to) throws IOException {
    String config = Files.readString(BASE.resolve("config.json"));
    assertThat(config).contains(from);
    Files.writeString(folder.resolve("config.json"), config.replace(from, to));
  }
}
