package io.sluice.gpuworker.model.fields;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldListTest {
  private static final Path FILE = Path.of("folder/config.json");
  private static final Path WRITTEN = Path.of("src/test/resources/model-folder");

  private static final FieldList LIST =
      new FieldList(
          "a file",
          List.of(
              Fields.honoured("read", "is read"),
              Fields.withoutEffect("note other", "is a note"),
              Fields.restricted("scale", "1 none true {}", "use scale 1", "scales")));

  private static void check(String json) throws IOException {
    LIST.check(new JsonFile(FILE, new ObjectMapper().readTree(json)), "inner.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"read\": 7, \"note\": {\"x\": 1}, \"other\": true}",
        "{\"scale\": 1}",
        "{\"scale\": 1.0}",
        "{\"scale\": \"none\"}",
        "{\"scale\": true}",
        "{\"scale\": {}}",
        "{\"scale\": null}",
        "{\"new\": null}",
        "{\"new\": false}",
        "{\"new\": \"\"}",
        "{\"new\": []}",
        "{\"new\": {}}"
      })
  void givenAKnownValueOrANewFieldThatTurnsNothingOn_whenChecked_thenItPasses(String json) {
    assertThatCode(() -> check(json)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"scale\": 2} | inner.scale is 2, which is not supported: use scale 1",
        "{\"scale\": \"1\"} | inner.scale is \"1\", which is not supported",
        "{\"scale\": false} | inner.scale is false, which is not supported",
        "{\"scale\": {\"a\": 1}} | inner.scale is {\"a\":1}, which is not supported",
        "{\"new\": true} | inner.new is true. Sluice does not know this field",
        "{\"new\": 0} | inner.new is 0. Sluice does not know this field",
        "{\"new\": 0.5} | inner.new is 0.5. Sluice does not know this field",
        "{\"new\": \"x\"} | inner.new is \"x\". Sluice does not know this field",
        "{\"new\": {\"on\": false}} | inner.new is {\"on\":false}. Sluice does not know this field",
        "{\"Note\": 1} | inner.Note is 1. Sluice does not know this field"
      })
  void givenAnyOtherValue_whenChecked_thenTheMessageNamesFileFieldAndValue(
      String json, String message) {
    assertThatThrownBy(() -> check(json))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageStartingWith("folder/config.json: " + message);
  }

  @Test
  void givenANameTwice_whenAListIsMade_thenItIsRejected() {
    assertThatThrownBy(
            () ->
                new FieldList(
                    "a file", List.of(Fields.honoured("x", ""), Fields.withoutEffect("y x", ""))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a file lists x twice");
  }

  @Test
  void givenWhatTransformersAndPeftWrite_whenChecked_thenItPasses() {
    GoldenData.json(WRITTEN.resolve("configs.json"))
        .forEach(
            config ->
                assertThatCode(
                        () ->
                            ConfigFields.CONFIG
                                .of(config.path("model_type").asText())
                                .check(new JsonFile(FILE, config)))
                    .doesNotThrowAnyException());
    assertThatCode(
            () ->
                AdapterFields.ADAPTER.check(
                    new JsonFile(FILE, GoldenData.json(WRITTEN.resolve("adapter.json")))))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "init_lora_weights | \"pissa\"",
        "init_lora_weights | \"pissa_niter_16\"",
        "init_lora_weights | \"olora\"",
        "init_lora_weights | \"corda\"",
        "init_lora_weights | \"loftq\"",
        "init_lora_weights | \"lora_ga\"",
        "init_lora_weights | \"mica\"",
        "init_lora_weights | \"a new one\"",
        "alora_invocation_tokens | [1, 2]",
        "alora_invocation_tokens | []",
        "trainable_token_indices | [1]",
        "target_parameters | [\"mlp.experts\"]",
        "layer_replication | [[0, 2], [1, 3]]",
        "rank_pattern | {\"q_proj\": 4}",
        "alpha_pattern | {\"q_proj\": 4}",
        "arrow_config | {\"top_k\": 3}",
        "use_bdlora | {}",
        "velora_config | {\"rate\": 1}",
        "kasa_config | {\"beta\": 1}",
        "monteclora_config | {\"samples\": 8}",
        "megatron_config | {\"tp\": 2}",
        "use_qalora | true",
        "use_dora | true",
        "lora_bias | true",
        "fan_in_fan_out | true",
        "bias | \"all\"",
        "bias | \"lora_only\"",
        "peft_type | \"ADALORA\"",
        "task_type | \"SEQ_CLS\""
      })
  void givenAnAdapterThatComputesOtherwise_whenChecked_thenTheSettingIsNamed(
      String field, String value) throws IOException {
    JsonFile config =
        new JsonFile(
            FILE, new ObjectMapper().readTree("{\"" + field + "\": " + value + ", \"r\": 8}"));
    assertThatThrownBy(() -> AdapterFields.ADAPTER.check(config))
        .hasMessageContaining(field + " is ")
        .hasMessageContaining("which is not supported: ");
  }
}
