package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.file.NpyFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepresentCommandTest {
  private static final String TURNS =
      "\"messages\": [{\"role\": \"user\", \"content\": \"What is 2 + 3?\"},"
          + " {\"role\": \"assistant\", \"content\": \"2 + 3 = 5\"}]";
  private static final String CANDIDATE = "{\"id\": \"c\", " + TURNS + "}";
  private static final String TASK = "{\"task\": \"t\", \"queries\": [{" + TURNS + "}]}";
  private static final String FORMATTED =
      "{\"prompts\": \"<|user|>\\nWhat is 2 + 3?\\n<|assistant|>\\n\", \"labels\": \"2 + 3 = 5\"}";

  @TempDir private static Path folder;
  private static WrittenModel model;

  @BeforeAll
  static void writeModel() throws IOException {
    model = BundledModel.write(folder.resolve("model"));
  }

  @Test
  void givenLinesOfEveryForm_whenRepresented_thenEachHasUnitVectorsInItsRows() throws IOException {
    CommandRun run =
        represent("v.npy", "64", List.of(CANDIDATE, FORMATTED, TASK), model.checkpoints());
    assertThat(run.exitCode()).as(run.err()).isZero();

    float[] values = values("v.npy", "(3, 2, 64)");
    for (int row = 0; row < 6; row++) {
      assertThat(dot(values, row * 64, values, row * 64, 64)).isCloseTo(1, within(1e-5));
    }
    // The query has the same text in both forms, and the candidate has the same tokens here.
    assertThat(dot(values, 128, values, 256, 128)).isCloseTo(2, within(1e-5));
    assertThat(dot(values, 0, values, 64, 64)).isLessThan(0.9);
  }

  @Test
  void givenScoresAndVectors_whenComparedUnprojected_thenAScoreIsTheWeightedSumOfDotProducts()
      throws IOException {
    Path candidates = Files.write(folder.resolve("c.jsonl"), List.of(CANDIDATE));
    Path queries = Files.write(folder.resolve("q.jsonl"), List.of(FORMATTED));
    CommandRun adam =
        represent("a.npy", List.of(CANDIDATE), model.checkpoints(), "--projection=none");
    CommandRun plain =
        represent(
            "p.npy", List.of(FORMATTED), model.checkpoints(), "--projection=none", "--form=plain");
    List<String> score = arguments("score", model.checkpoints());
    score.addAll(List.of("--candidates=" + candidates, "--queries=" + queries));
    score.addAll(List.of("--projection=none", "--out=" + folder.resolve("s.npy")));

    assertThat(adam.exitCode() + plain.exitCode()).as(adam.err() + plain.err()).isZero();
    assertThat(CommandRun.of(score.toArray(String[]::new)).exitCode()).isZero();
    float[] a = values("a.npy", "(1, 2, 7168)");
    float[] p = values("p.npy", "(1, 2, 7168)");
    // The bundled model's linear schedule has mean learning rates in the ratio of 135 to 55.
    double expected = (135 * dot(a, 0, p, 0, 7168) + 55 * dot(a, 7168, p, 7168, 7168)) / (135 + 55);
    assertThat((double) NpyFile.readFloats(folder.resolve("s.npy"))[0][0])
        .isCloseTo(expected, within(1e-5));
  }

  @Test
  void givenAnAdapterWithoutTrainerState_whenRepresentedPlain_thenItSuffices() throws IOException {
    Path bare = Files.createDirectories(folder.resolve("bare"));
    for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(model.checkpoints().get(0).resolve(name), bare.resolve(name));
    }
    CommandRun plain = represent("b.npy", "64", List.of(FORMATTED), List.of(bare), "--form=plain");
    assertThat(plain.exitCode()).as(plain.err()).isZero();
    CommandRun full =
        represent("f.npy", "64", List.of(FORMATTED), model.checkpoints(), "--form=plain");
    assertThat(full.exitCode()).as(full.err()).isZero();
    assertThat(values("b.npy", "(1, 1, 64)"))
        .isEqualTo(Arrays.copyOf(values("f.npy", "(1, 2, 64)"), 64));

    CommandRun adam = represent("n.npy", "64", List.of(FORMATTED), List.of(bare), "--form=adam");
    assertThat(adam.exitCode()).isEqualTo(1);
    assertThat(adam.err()).contains("optimizer");
  }

  @Test
  void givenNoCheckpoint_whenHiddenStatesAreWanted_thenEachExampleHasOneVector()
      throws IOException {
    CommandRun run =
        represent("h.npy", List.of(CANDIDATE, FORMATTED), List.of(), "--kind=hidden-state");
    assertThat(run.exitCode()).as(run.err()).isZero();
    float[] values = values("h.npy", "(2, 1, 64)");
    assertThat(dot(values, 0, values, 0, 64)).isCloseTo(1, within(1e-5));
  }

  @Test
  void givenThePlainMean_whenRepresented_thenItIsForHiddenStatesOnlyAndGivesOtherVectors()
      throws IOException {
    CommandRun refused =
        represent("m.npy", List.of(CANDIDATE), model.checkpoints(), "--pooling=mean");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err())
        .contains("pooling mean is for the kind hidden-state, not for gradient");

    CommandRun run =
        represent("m.npy", List.of(CANDIDATE), List.of(), "--kind=hidden-state", "--pooling=mean");
    assertThat(run.exitCode()).as(run.err()).isZero();
    CommandRun weighted = represent("w.npy", List.of(CANDIDATE), List.of(), "--kind=hidden-state");
    assertThat(weighted.exitCode()).as(weighted.err()).isZero();
    assertThat(values("m.npy", "(1, 1, 64)")).isNotEqualTo(values("w.npy", "(1, 1, 64)"));
  }

  @Test
  void givenDevices_whenRepresented_thenTheyAreUsedOrRefused() throws IOException {
    CommandRun cpu =
        represent("d.npy", "64", List.of(CANDIDATE), model.checkpoints(), "--devices=cpu");
    assertThat(cpu.exitCode()).as(cpu.err()).isZero();
    assertThat(cpu.err()).contains("Device: cpu");

    CommandRun missing =
        represent("d.npy", "64", List.of(CANDIDATE), model.checkpoints(), "--devices=99");
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("devices 99: ", "'sluice devices'");

    CommandRun unknown =
        represent("d.npy", "64", List.of(CANDIDATE), model.checkpoints(), "--devices=tpu");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("use auto, cpu, gpu, or numbers of GPUs");
  }

  @Test
  void givenGpusForEmbeddings_whenRepresentedOrScored_thenRefused() {
    CommandRun represented =
        CommandRun.of("represent", "--kind=embedding", "--devices=gpu", "--in=none", "--out=v.npy");
    CommandRun scored =
        CommandRun.of(
            "score",
            "--kind=embedding",
            "--devices=0",
            "--candidates=none",
            "--queries=none",
            "--out=s.npy");

    assertThat(List.of(represented.exitCode(), scored.exitCode())).containsOnly(2);
    assertThat(represented.err()).contains("devices gpu: kind embedding is computed on the CPU");
    assertThat(scored.err()).contains("devices 0: kind embedding is computed on the CPU");
  }

  @Test
  void givenALineThatCannotBeRepresented_whenRepresented_thenItIsReportedAndItsValuesAreZero()
      throws IOException {
    List<String> lines = List.of(CANDIDATE, "{not json}", CANDIDATE);
    CommandRun run = represent("i.npy", "64", lines, model.checkpoints());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("i.npy.jsonl, line 2: not JSON");
    float[] values = values("i.npy", "(3, 2, 64)");
    assertThat(Arrays.copyOfRange(values, 128, 256)).containsOnly(0);
    assertThat(Arrays.copyOfRange(values, 256, 384)).isEqualTo(Arrays.copyOf(values, 128));
    assertThat(represent("i.npy", "64", lines, model.checkpoints(), "--skip-invalid").exitCode())
        .isZero();
  }

  @Test
  void givenAnOutputThatCannotBeWritten_whenRepresented_thenItFailsBeforeTheModelIsLoaded()
      throws IOException {
    Path in = Files.write(folder.resolve("o.jsonl"), List.of(CANDIDATE));
    List<String> arguments = arguments("represent", model.checkpoints());
    arguments.addAll(List.of("--in=" + in, "--out=" + folder.resolve("missing/v.npy")));
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("there is no folder ").doesNotContain("Device");
  }

  private static CommandRun represent(
      String out, String dimension, List<String> lines, List<Path> checkpoints, String... more)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(more));
    all.add("--dimension=" + dimension);
    return represent(out, lines, checkpoints, all.toArray(String[]::new));
  }

  private static CommandRun represent(
      String out, List<String> lines, List<Path> checkpoints, String... more) throws IOException {
    Path in = Files.write(folder.resolve(out + ".jsonl"), lines);
    List<String> arguments = arguments("represent", checkpoints);
    arguments.addAll(List.of("--in=" + in, "--out=" + folder.resolve(out)));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private static List<String> arguments(String command, List<Path> checkpoints) {
    List<String> arguments = new ArrayList<>(List.of(command, "--model=" + model.base()));
    checkpoints.forEach(checkpoint -> arguments.add("--checkpoint=" + checkpoint));
    return arguments;
  }

  private static float[] values(String name, String shape) throws IOException {
    byte[] file = Files.readAllBytes(folder.resolve(name));
    String header = new String(file, 10, 118, StandardCharsets.US_ASCII);
    assertThat(header).contains("'shape': " + shape).contains("'<f4'");
    float[] values = new float[(file.length - 128) / Float.BYTES];
    ByteBuffer.wrap(file, 128, file.length - 128)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }

  private static double dot(float[] a, int i, float[] b, int j, int size) {
    double sum = 0;
    for (int k = 0; k < size; k++) {
      sum += (double) a[i + k] * b[j + k];
    }
    return sum;
  }
}
