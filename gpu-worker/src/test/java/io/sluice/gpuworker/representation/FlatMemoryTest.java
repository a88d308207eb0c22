package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.gpuworker.GoldenData;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.message.Candidates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlatMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int EXAMPLES = 5000;
  private static final int WARM_UP = 1000;
  private static final int BATCH = 100;
  private static final int LIMIT = 256;

  /**
   * The libraries' own memory varies by a few MiB; a leak of 16 KiB per example would add 63 MiB.
   */
  private static final long ALLOWED_KIB = 32 * 1024;

  /**
   * Runs in a separate process whose whole heap is allocated at the start: a leak of native memory
   * makes the process grow, and a leak on the heap exhausts it.
   */
  @Test
  void givenThousandsOfExamples_whenRepresented_thenMemoryDoesNotGrow() throws Exception {
    assumeTrue(
        Files.exists(STATUS), "skipped: only Linux reports the memory of a process in /proc");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms128m",
                "-Xmx128m",
                "-XX:+AlwaysPreTouch",
                "-XX:ReservedCodeCacheSize=64m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                FlatMemoryTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String growth = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Long.parseLong(growth.lines().reduce("", (a, b) -> b).strip()))
        .as("growth in KiB after %d examples", WARM_UP)
        .isLessThan(ALLOWED_KIB);
  }

  /**
   * Represents examples and prints by how many KiB the memory of this process grew after the
   * warm-up.
   */
  public static void main(String[] args) throws IOException {
    Path run = GoldenData.small().resolve("tiny-llama");
    List<Candidate> candidates =
        GoldenData.jsonLines(GoldenData.small().resolve("train.jsonl")).stream()
            .map(GoldenData::messages)
            .map(messages -> Candidates.of("c", "", messages))
            .toList();
    RepresentationSettings settings =
        RepresentationSettings.gradient(
            run.resolve("base"),
            List.of(run.resolve("run/checkpoint-5")),
            Projection.sketch(512),
            LIMIT);
    try (ExampleRepresenter representer = ExampleRepresenter.open(settings)) {
      represent(representer, candidates, WARM_UP);
      long before = memoryKib();
      represent(representer, candidates, EXAMPLES - WARM_UP);
      System.out.println(memoryKib() - before);
    }
  }

  private static void represent(Representer representer, List<Candidate> candidates, int count) {
    for (int done = 0; done < count; done += BATCH) {
      List<Candidate> batch = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        batch.add(candidates.get((done + i) % candidates.size()));
      }
      assertThat(representer.candidates(batch))
          .hasOnlyElementsOfType(Representer.Represented.class);
    }
  }

  private static long memoryKib() throws IOException {
    System.gc();
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
