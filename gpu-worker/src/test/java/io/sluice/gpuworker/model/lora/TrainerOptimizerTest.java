package io.sluice.gpuworker.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The Trainer's {@code optimizer.pt} has the same moments as the file with names, and reading it is
 * safe.
 */
class TrainerOptimizerTest {
  private static final Path RUN = GoldenData.small().resolve("tiny-llama");
  private static final Path TRAINED = RUN.resolve("optimizer/checkpoint-5/optimizer.pt");

  @TempDir private Path folder;

  @Test
  void givenTheTrainersFile_whenRead_thenTheMomentsEqualThoseStoredByName() throws IOException {
    same(RUN.resolve("run/checkpoint-5"), TRAINED);
  }

  @ParameterizedTest
  @CsvSource({
    "golden/grad/tiny-llama/run,'5,10,15,20'",
    "golden/grad/tiny-llama-addpad/run,5",
    "model/warmup,'20,40,60,80'"
  })
  void givenEveryRun_whenRead_thenTheMomentsEqualThoseStoredByName(String run, String steps)
      throws IOException {
    for (String step : steps.split(",")) {
      Path checkpoint = GoldenData.shared(run).resolve("checkpoint-" + step);
      same(checkpoint, checkpoint.resolve("optimizer.pt"));
    }
  }

  /** The adapter's own names and shapes, in the order of its parameters. */
  private void same(Path checkpoint, Path optimizer) throws IOException {
    Path unnamed = Files.createTempDirectory(folder, "unnamed");
    for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(checkpoint.resolve(file), unnamed.resolve(file));
    }
    Files.copy(optimizer, unnamed.resolve("optimizer.pt"));
    LoraLayout layout = layout(LoraCheckpoint.open(checkpoint));
    AdamMoments named = AdamMoments.read(LoraCheckpoint.open(checkpoint), layout);
    AdamMoments numbered = AdamMoments.read(LoraCheckpoint.open(unnamed), layout);
    assertThat(numbered.first()).isEqualTo(named.first());
    assertThat(numbered.second()).isEqualTo(named.second());
  }

  private static LoraLayout layout(LoraCheckpoint checkpoint) throws IOException {
    List<LoraLayout.Block> blocks = new ArrayList<>();
    int offset = 0;
    for (int layer = 0; layer < 100; layer++) {
      for (String name : List.of("q", "k", "v", "o")) {
        String module = "model.layers." + layer + ".self_attn." + name + "_proj";
        Safetensors adapter = checkpoint.adapter();
        if (adapter.has(LoraCheckpoint.adapterTensor(module, "lora_A"))) {
          int in = (int) adapter.shape(LoraCheckpoint.adapterTensor(module, "lora_A"))[1];
          int out = (int) adapter.shape(LoraCheckpoint.adapterTensor(module, "lora_B"))[0];
          blocks.add(new LoraLayout.Block(module, checkpoint.rank(), in, out, offset));
          offset = blocks.get(blocks.size() - 1).end();
        }
      }
    }
    return new LoraLayout(blocks);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a call by name | cos\\nsystem\\n(Vtouch owned\\ntR. | os.system",
        "a call by a name on the stack | \\200\\004\\214\\010builtins\\214\\004eval\\223"
            + "\\214\\0011\\205R. | builtins.eval",
        "a name that the unpickling library resolves | cdecimal\\nDecimal\\n(V1\\ntR. | decimal.Decimal",
        "a lookup that malicious pickles use | coperator\\nattrgetter\\n(Vx\\ntR. | operator.attrgetter",
        "another name of torch | ctorch\\nload\\n(Vx\\ntR. | torch.load",
        "an instance | (Vx\\nios\\nsystem\\n. | instruction 0x56",
        "an instance without arguments | (ios\\nsystem\\n. | instruction 0x69",
        "a state that is set | }}b. | instruction 0x62",
        "a new object | ccollections\\nOrderedDict\\n)\\201. | instruction 0x81",
        "an extension | \\202\\001. | instruction 0x82"
      })
  void givenAPickleWithAForbiddenInstructionOrName_whenRead_thenItIsRejectedAndNotExecuted(
      String what, String pickle, String named) throws IOException {
    Path file = torchFile(pickle.translateEscapes());
    assertThatThrownBy(() -> TrainerOptimizer.open(file, parameters(16)))
        .as(what)
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("contains ")
        .hasMessageContaining(named)
        .hasMessageContaining("was not executed");
  }

  @Test
  void givenTheOptimizerOfAnotherAdapter_whenRead_thenTheMessageStatesCountOrShape()
      throws IOException {
    assertThatThrownBy(() -> TrainerOptimizer.open(TRAINED, parameters(28)).close())
        .hasMessageContaining("has the state of 16 parameters, but the adapter has 28");
    try (TrainerOptimizer optimizer = TrainerOptimizer.open(TRAINED, parameters(16))) {
      LoraLayout.Parameter other = new LoraLayout.Parameter("x.lora_A", 4, 64, 0);
      assertThatThrownBy(() -> optimizer.read(0, other, "exp_avg"))
          .hasMessageContaining("parameter 0 has shape [8, 64], but x.lora_A has [4, 64]");
      LoraLayout.Parameter own = new LoraLayout.Parameter("x.lora_A", 8, 64, 0);
      assertThatThrownBy(() -> optimizer.read(0, own, "momentum_buffer"))
          .hasMessageContaining(
              "has no momentum_buffer for parameter 0, x.lora_A: train with AdamW");
    }
  }

  @Test
  void givenADamagedFile_whenRead_thenItIsRejected() throws IOException {
    Path noZip = Files.writeString(folder.resolve("optimizer.pt"), "no zip");
    assertThatThrownBy(() -> TrainerOptimizer.open(noZip, parameters(1)))
        .hasMessageContaining("torch.save");
    String longText = "X\u00ff\u00ff\u00ff\u007fabc.";
    String insideItself = "}q\u0000h\u0000Nsh\u0000Ns.";
    for (String pickle :
        List.of("", ".", "(", "]q\u0000a.", "N.", "}.", "}q", longText, insideItself)) {
      Path file = torchFile(pickle);
      assertThatThrownBy(() -> TrainerOptimizer.open(file, parameters(1)))
          .as("pickle '%s'", pickle)
          .isInstanceOf(UnusableModelException.class)
          .hasMessageContaining("crafted.pt is ");
    }
    Path cut = folder.resolve("cut.pt");
    rewrite(TRAINED, cut, Map.of("optimizer/data/1", new byte[8]));
    try (TrainerOptimizer optimizer = TrainerOptimizer.open(cut, parameters(16))) {
      LoraLayout.Parameter own = new LoraLayout.Parameter("x.lora_A", 8, 64, 0);
      assertThatThrownBy(() -> optimizer.read(0, own, "exp_avg")).hasMessageContaining("damaged");
    }
    Path big = folder.resolve("big.pt");
    rewrite(TRAINED, big, Map.of("optimizer/byteorder", "big".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> TrainerOptimizer.open(big, parameters(16)))
        .hasMessageContaining("big-endian");
  }

  private static List<LoraLayout.Parameter> parameters(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> new LoraLayout.Parameter("parameter" + number, 8, 64, 0))
        .toList();
  }

  private Path torchFile(String pickle) throws IOException {
    Path file = folder.resolve("crafted.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("optimizer/data.pkl"));
      zip.write(pickle.getBytes(StandardCharsets.ISO_8859_1));
    }
    return file;
  }

  private static void rewrite(Path from, Path to, Map<String, byte[]> changed) throws IOException {
    try (ZipFile original = new ZipFile(from.toFile());
        ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(to))) {
      for (ZipEntry entry : original.stream().toList()) {
        zip.putNextEntry(new ZipEntry(entry.getName()));
        byte[] content = original.getInputStream(entry).readAllBytes();
        zip.write(changed.getOrDefault(entry.getName(), content));
      }
    }
  }
}
