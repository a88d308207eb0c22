package io.sluice.gpuworker.representation.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.GradientEngine;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formula against the memory that passes take in a process of their own. */
class MemoryEstimateTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int KIB = 1024;

  @ParameterizedTest
  @CsvSource({
    "tiny-llama, run/checkpoint-5, 1, 1400, false",
    "tiny-llama, run/checkpoint-5, 24, 300, false",
    "arch/tiny-gemma2, adapter, 1, 1200, false",
    "arch/tiny-gemma2, adapter, 1, 1600, true"
  })
  void givenAPass_whenItsMemoryIsMeasured_thenItIsAtMostTheEstimateAndNotFarBelow(
      String model, String adapter, int examples, int length, boolean recompute) throws Exception {
    assumeTrue(
        Files.exists(STATUS), "skipped: only Linux reports the memory of a process in /proc");
    Path golden = GoldenData.small().resolve(model);
    LoraCheckpoint checkpoint = LoraCheckpoint.open(golden.resolve(adapter));
    MemoryEstimate estimate =
        new MemoryEstimate(
            new ModelShape(
                DecoderConfig.read(golden.resolve("base")),
                DecoderWeights.vocabulary(golden.resolve("base"))),
            MatrixStorage.FLOAT32,
            Optional.of(
                new AdapterShape(checkpoint.rank(), checkpoint.targets().named(), 1, false)),
            false);
    long formula = estimate.need(new PassSize(examples, length, length - 1), 1, recompute).passes();
    long measured =
        measured(
            golden.resolve("base").toString(),
            golden.resolve(adapter).toString(),
            "" + examples,
            "" + length,
            "" + recompute);
    assertThat((double) measured / formula)
        .as("measured %d MiB, by formula %d MiB", measured >> 20, formula >> 20)
        .isBetween(0.5, 1.05);
  }

  private static long measured(String... args) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms128m",
            "-Xmx128m",
            "-XX:+AlwaysPreTouch",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            MemoryEstimateTest.class.getName());
    builder.command().addAll(List.of(args));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Long.parseLong(output.lines().reduce("", (a, b) -> b).strip());
  }

  /** Computes a pass and prints by how many bytes the peak is above the memory before it. */
  public static void main(String[] args) throws IOException {
    Path base = Path.of(args[0]);
    int length = Integer.parseInt(args[3]);
    boolean recompute = Boolean.parseBoolean(args[4]);
    try (Torch torch = Torch.open()) {
      Decoder decoder =
          Decoder.load(
              torch.manager(),
              DecoderConfig.read(base),
              DecoderWeights.open(torch.manager(), base),
              length);
      LoraStack adapters =
          LoraStack.load(torch.manager(), decoder, List.of(LoraCheckpoint.open(Path.of(args[1]))));
      GradientEngine engine =
          new GradientEngine(torch.manager(), decoder, adapters, pass -> recompute);
      compute(engine, List.of(example(8), example(7)));
      System.gc();
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
      long before = bytes("VmRSS:");
      compute(engine, Collections.nCopies(Integer.parseInt(args[2]), example(length)));
      System.out.println(bytes("VmHWM:") - before);
    }
  }

  private static void compute(GradientEngine engine, List<Encoded.Example> examples) {
    engine.compute(examples, (scratch, losses, gradients) -> losses.toFloatArray());
  }

  private static Encoded.Example example(int length) {
    long[] ids = LongStream.range(0, length).map(i -> i % 60).toArray();
    return new Encoded.Example(ids, ids);
  }

  private static long bytes(String field) throws IOException {
    return Files.readAllLines(STATUS).stream()
            .filter(line -> line.startsWith(field))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .sum()
        * KIB;
  }
}
