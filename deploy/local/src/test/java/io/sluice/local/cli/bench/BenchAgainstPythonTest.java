package io.sluice.local.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.local.bench.Workload;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.Candidate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code bench represent --against python} with an interpreter that plays the part of Python, whose
 * packages the tests cannot expect.
 */
class BenchAgainstPythonTest {
  private static final int TOKENS = 64;
  private static final String ONLY_PACKAGES = "[ $# = 1 ] && echo torch 9.9 && exit\n";
  private static final String HALF_A_SECOND_A_ROUND =
      "echo ready\nwhile read begin end; do echo 0.5; done\n";

  @TempDir private Path folder;
  private WrittenModel model;

  @BeforeEach
  void writeModel() throws IOException {
    model = BundledModel.write(folder.resolve("model"));
  }

  @Test
  void givenTheSameVectors_whenCompared_thenBothRatesAndTheirRatioArePrinted() throws IOException {
    Path vectors = Files.write(folder.resolve("vectors"), vectorsOfTheFirst());

    CommandRun run = compare(ONLY_PACKAGES + "cp " + vectors + " $5\n" + HALF_A_SECOND_A_ROUND);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("examples +40\\R")
        .contains("against Python with torch 9.9, ")
        .containsPattern("  examples/s +40\\.00\\R")
        .containsPattern("  ratio +\\d+\\.\\d\\d \\(by round: \\d+\\.\\d\\d to \\d+\\.\\d\\d\\)\\R")
        .containsPattern("  cosine of vectors +1\\.000000\\R");
  }

  @Test
  void givenOtherVectors_whenCompared_thenTheSpeedsAreNot() throws IOException {
    byte[] vectors = vectorsOfTheFirst();
    for (int i = 0; i < vectors.length; i += 64) {
      vectors[i + 3] ^= (byte) 0x80;
    }
    Path others = Files.write(folder.resolve("vectors"), vectors);

    CommandRun run = compare(ONLY_PACKAGES + "cp " + others + " $5\n" + HALF_A_SECOND_A_ROUND);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("Python computes other vectors (cosine 0.");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void givenAFailureOfPython_whenCompared_thenItsLastLineIsTheReason() throws IOException {
    CommandRun run = compare(ONLY_PACKAGES + "echo first >&2; echo no such model >&2; exit 1\n");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("Python ended: no such model");
  }

  @Test
  void givenNoPackages_whenCompared_thenTheMissingOneIsNamed() throws IOException {
    CommandRun run = compare("echo there is no package peft >&2; exit 1\n");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("there is no package peft: install torch, transformers and peft there");
  }

  @Test
  void givenNoInterpreter_whenCompared_thenTheOptionIsNamed() {
    CommandRun run = represent("--against=python", "--python=" + folder.resolve("nowhere"));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("nowhere cannot be started: name a Python interpreter with --python");
  }

  @Test
  void givenAnInterpreterWithoutAComparison_whenMeasured_thenItIsWrongUsage() {
    CommandRun run = represent("--python=python3");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--python is for --against python");
  }

  @ParameterizedTest
  @CsvSource({
    "--dtype=bfloat16, 'computes in 32 bits, and --dtype is bfloat16'",
    "--dtype=auto, 'computes in 32 bits, and --dtype is auto'",
    "--devices=gpu, 'computes on the CPU, and --devices is gpu'",
    "--devices=0, 'computes on the CPU, and --devices is 0'"
  })
  void givenWhatPythonDoesNotCompute_whenCompared_thenTheOptionIsRefusedByName(
      String option, String says) {
    CommandRun run = represent("--against=python", "--python=nowhere", option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--against python " + says);
  }

  private CommandRun compare(String script) throws IOException {
    Path python = folder.resolve("python");
    Files.writeString(python, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
    return represent("--against=python", "--python=" + python);
  }

  private CommandRun represent(String... more) {
    List<String> arguments = new ArrayList<>(List.of("bench", "represent"));
    arguments.addAll(List.of("--model=" + model.base(), "--tokens=" + TOKENS, "--examples=40"));
    model.checkpoints().forEach(checkpoint -> arguments.add("--checkpoint=" + checkpoint));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  /** The vectors of the bench's first candidate without projection, as Python writes them. */
  private byte[] vectorsOfTheFirst() throws IOException {
    RepresentationSettings settings =
        RepresentationSettings.gradient(
            model.base(), model.checkpoints(), new Projection.None(), TOKENS);
    try (Tokens tokens = settings.text().tokens(model.base());
        ExampleRepresenter representer = ExampleRepresenter.open(settings)) {
      List<Candidate> first = Workload.candidates(tokens, TOKENS, 1);
      float[][] rows = ((Represented) representer.candidates(first).get(0)).rows();
      ByteBuffer bytes =
          ByteBuffer.allocate(rows.length * rows[0].length * Float.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (float[] row : rows) {
        for (float value : row) {
          bytes.putFloat(value);
        }
      }
      return bytes.array();
    }
  }
}
