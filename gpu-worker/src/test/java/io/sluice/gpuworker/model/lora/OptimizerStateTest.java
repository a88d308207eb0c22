package io.sluice.gpuworker.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.SafetensorsWriter;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a checkpoint's optimizer state can be used, and what the message says if it cannot. */
class OptimizerStateTest {
  private static final Path STATES = Path.of("src/test/resources/model-folder/optimizer");
  private static final LoraLayout LAYOUT =
      new LoraLayout(List.of(new LoraLayout.Block("x", 2, 3, 3, 0)));
  private static final String A = "base_model.model.x.lora_A.default.weight";
  private static final String B = "base_model.model.x.lora_B.default.weight";

  @TempDir private Path folder;

  private LoraCheckpoint checkpoint;

  @BeforeEach
  void open() throws IOException {
    Safetensors any =
        Safetensors.open(
            GoldenData.small().resolve("tiny-llama/run/checkpoint-5/adapter_model.safetensors"));
    checkpoint = new LoraCheckpoint(folder, 2, 1, new LoraTargets(module -> true), Set.of(), any);
  }

  private AdamMoments read() throws IOException {
    return AdamMoments.read(checkpoint, LAYOUT);
  }

  @Test
  void givenTheStateOfAdamW_whenRead_thenAllMomentsAreThere() throws IOException {
    Files.copy(STATES.resolve("adamw.pt"), folder.resolve("optimizer.pt"));
    assertThat(read().first()).hasSize(12).doesNotContain(0f);
    assertThat(read().second()).hasSize(12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "infinite | the moment exp_avg of " + B + " has the value Infinity, which is not finite",
        "nan | the moment exp_avg_sq of " + A + " has the value NaN, which is not finite",
        "negative | the moment exp_avg_sq of " + B + " has the value -1.0, which is negative",
        "missing | has no state of parameter 1, " + B,
        "no-step | the state of " + A + " has no step",
        "step-0 | the state of " + A + " has a step that is not at least 1",
        "float64 | has values of the type float64",
        "adamw-8bit | the state of " + A + " is the state of an 8-bit or paged optimizer",
        "adafactor | the state of " + A + " is the state of Adafactor: train with AdamW",
        "sgd | the state of " + A + " is the state of SGD: train with AdamW",
        "adamax | the state of " + A + " is the state of Adamax",
        "rmsprop | the state of " + A + " is the state of RMSprop",
        "adagrad | the state of " + A + " is the state of Adagrad",
        "lion | the state of " + A + " has no exp_avg_sq, like the state of Lion",
        "amsgrad | was written with amsgrad, which is not supported",
        "groups | has several groups of parameters, as LoRA+"
      })
  void givenAStateThatCannotBeUsed_whenRead_thenTheMessageNamesParameterAndCause(
      String state, String message) throws IOException {
    Files.copy(STATES.resolve(state + ".pt"), folder.resolve("optimizer.pt"));
    assertThatThrownBy(this::read)
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("optimizer.pt")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "global_step20 | DeepSpeed",
        "zero_to_fp32.py | DeepSpeed",
        "bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt | DeepSpeed",
        "optimizer_0 | FSDP",
        "pytorch_model_fsdp_0 | FSDP",
        "__0_0.distcp | FSDP",
        "optimizer.bin | not written by the Hugging Face Trainer",
        "optimizer.safetensors | not written by the Hugging Face Trainer",
        "other.txt | Train with save_only_model False"
      })
  void givenAFolderWithoutOptimizerState_whenRead_thenTheMessageSaysWhatItHasInstead(
      String file, String cause) throws IOException {
    Files.writeString(folder.resolve(file), "");
    assertThatThrownBy(this::read)
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("optimizer.pt is missing: ")
        .hasMessageContaining(cause);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, -1})
  void givenABadValueInTheStateByName_whenRead_thenTheMessageNamesIt(float value)
      throws IOException {
    write(A + ".exp_avg", A + ".exp_avg_sq", B + ".exp_avg", B + ".exp_avg_sq");
    assertThat(read().second()).containsOnly(1);
    values = value;
    write(A + ".exp_avg", A + ".exp_avg_sq", B + ".exp_avg", B + ".exp_avg_sq");
    assertThatThrownBy(this::read)
        .hasMessageContaining("optimizer_state.safetensors: the moment exp_avg")
        .hasMessageContaining(" of " + A + " has the value " + value);
  }

  @Test
  void givenAStateByNameThatIsIncompleteOrHasOtherTensors_whenRead_thenTheTensorIsNamed()
      throws IOException {
    write(A + ".exp_avg", A + ".exp_avg_sq", B + ".exp_avg");
    assertThatThrownBy(this::read).hasMessageContaining("has no tensor " + B + ".exp_avg_sq");
    write(A + ".exp_avg", A + ".state1", B + ".exp_avg", B + ".exp_avg_sq");
    assertThatThrownBy(this::read).hasMessageContaining("contains " + A + ".state1, which is not");
  }

  private float values = 1;

  private void write(String... names) throws IOException {
    List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
    for (String name : names) {
      List<Integer> shape = name.startsWith(A) ? List.of(2, 3) : List.of(3, 2);
      float[] content = {values, values, values, values, values, values};
      tensors.add(new SafetensorsWriter.Tensor(name, shape, FloatBuffer.wrap(content)));
    }
    Path file = folder.resolve("optimizer_state.safetensors");
    Files.deleteIfExists(file);
    SafetensorsWriter.write(file, tensors, Map.of());
  }
}
