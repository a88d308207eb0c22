package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.message.Candidates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Base weights that are kept in 16 bits, against the same ones in 32 bits and the reference. */
class NarrowWeightsTest {
  private static final Path RUN = GoldenData.small().resolve("tiny-llama");
  private static final int LIMIT = 256;
  private static final int CANDIDATES = 6;

  /** The size of the reference run. */
  private static final int ALL = 60;

  private static final int QUERIES = 8;
  private static final int BUDGET = 32;

  private static RepresentationSettings settings(Path run, String steps, WeightSettings weights) {
    return RepresentationSettings.gradient(
            run.resolve("base"),
            Stream.of(steps.split(",")).map(step -> run.resolve("run/checkpoint-" + step)).toList(),
            new Projection.None(),
            LIMIT)
        .with(weights);
  }

  private static List<float[][]> vectors(ExampleRepresenter representer, Path data, int limit) {
    List<Candidate> candidates =
        GoldenData.jsonLines(data.resolve("train.jsonl")).stream()
            .limit(limit)
            .map(line -> Candidates.of("c", "", GoldenData.messages(line)))
            .toList();
    List<Text> queries =
        GoldenData.jsonLines(data.resolve("query.jsonl")).stream()
            .<Text>map(
                line ->
                    new PromptAnswer(line.path("prompts").asText(), line.path("labels").asText()))
            .toList();
    return Stream.concat(
            representer.candidates(candidates).stream(),
            representer.represent(queries, ExampleRole.QUERY).stream())
        .map(outcome -> ((Represented) outcome).rows())
        .toList();
  }

  private static List<float[][]> vectors(RepresentationSettings settings) throws IOException {
    try (ExampleRepresenter representer = ExampleRepresenter.open(settings)) {
      return vectors(representer, GoldenData.small(), CANDIDATES);
    }
  }

  private static String fingerprint(RepresentationSettings settings) throws IOException {
    try (ExampleRepresenter representer = ExampleRepresenter.open(settings)) {
      return representer.fingerprint();
    }
  }

  /** The largest relative error of any vector. */
  private static double error(List<float[][]> actual, List<float[][]> expected) {
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      for (int c = 0; c < expected.get(i).length; c++) {
        worst = Math.max(worst, GoldenData.relativeError(actual.get(i)[c], expected.get(i)[c]));
      }
    }
    return worst;
  }

  /** A copy of the run whose base weights are stored in bfloat16, rounded to the nearest. */
  private static Path narrow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(RUN)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(RUN.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    Path weights = folder.resolve("base/model.safetensors");
    Safetensors whole = Safetensors.open(weights);
    ObjectNode header = new ObjectMapper().createObjectNode();
    ByteBuffer data = ByteBuffer.allocate((int) Files.size(weights)).order(ByteOrder.LITTLE_ENDIAN);
    for (String name : new TreeSet<>(whole.names())) {
      ObjectNode tensor = header.putObject(name).put("dtype", "BF16");
      for (long axis : whole.shape(name)) {
        tensor.withArray("shape").add(axis);
      }
      tensor.withArray("data_offsets").add(data.position());
      for (float value : whole.read(name, whole.shape(name))) {
        int bits = Float.floatToIntBits(value);
        data.putShort((short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16));
      }
      tensor.withArray("data_offsets").add(data.position());
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + text.length + data.position())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .put(text)
            .put(data.flip());
    Files.write(weights, file.array());
    return folder;
  }

  @Test
  void givenWeightsStoredInBfloat16_whenTheyAreKeptSo_thenVectorsAndFingerprintAreThoseOf32Bits(
      @TempDir Path folder) throws IOException {
    Path run = narrow(folder);
    RepresentationSettings wide = settings(run, "5,20", WeightSettings.DEFAULT);
    RepresentationSettings asStored =
        wide.with(new WeightSettings(WeightType.AUTO, ProductType.FLOAT32));
    List<float[][]> expected = vectors(wide);

    assertThat(fingerprint(asStored)).isEqualTo(fingerprint(wide));
    assertThat(error(vectors(asStored), expected)).isLessThan(1e-5);

    RepresentationSettings rounded =
        settings(RUN, "5,20", new WeightSettings(WeightType.BFLOAT16, ProductType.FLOAT32));
    assertThat(error(vectors(rounded), expected)).isLessThan(1e-5);
    assertThat(error(vectors(settings(RUN, "5,20", WeightSettings.DEFAULT)), expected))
        .isGreaterThan(1e-4);
  }

  @Test
  void givenProductsIn16Bits_whenRepresented_thenVectorsAreNearAndTheFingerprintIsAnother(
      @TempDir Path folder) throws IOException {
    Path run = narrow(folder);
    RepresentationSettings wide = settings(run, "5,20", WeightSettings.DEFAULT);
    RepresentationSettings stored =
        wide.with(new WeightSettings(WeightType.AUTO, ProductType.STORED));
    assertThat(fingerprint(stored)).isNotEqualTo(fingerprint(wide));
    assertThat(error(vectors(stored), vectors(wide))).isBetween(1e-6, 0.1);
  }

  @ParameterizedTest
  @CsvSource({"bfloat16, true", "float16, true", "auto, false"})
  void givenWeightsStoredIn32Bits_whenKeptInAnotherType_thenTheFingerprintIsAnother(
      String dtype, boolean another) throws IOException {
    String wide = fingerprint(settings(RUN, "20", WeightSettings.DEFAULT));
    String kept =
        fingerprint(
            settings(RUN, "20", new WeightSettings(WeightType.of(dtype), ProductType.FLOAT32)));
    assertThat(kept.equals(wide)).isEqualTo(!another);
  }

  /**
   * Two correct computations with a base in bfloat16 round at different places, and then differ
   * from each other as each does from exact arithmetic. So the measure is the reference's own
   * error: the distance of its similarities with a base in bfloat16 from those in 32 bits, whose
   * own error is a thousandth of that.
   */
  @ParameterizedTest
  @CsvSource({"float32", "stored"})
  void givenTheReferenceRunInBfloat16_whenRepresented_thenSimilaritiesAreAsNearAsItIsToExactOnes(
      String compute) throws IOException {
    Path grad = GoldenData.gradients("shared");
    Path golden = grad.resolve("tiny-llama/gradients");
    float[] reference = GoldenData.floats(golden.resolve("similarity_bf16_model.npy"));
    float[] exact = GoldenData.floats(golden.resolve("similarity.npy"));
    float[] ours = new float[reference.length];
    try (ExampleRepresenter representer =
        ExampleRepresenter.open(
            settings(
                grad.resolve("tiny-llama"),
                "5,10,15,20",
                new WeightSettings(WeightType.BFLOAT16, ProductType.of(compute))))) {
      List<float[][]> vectors = vectors(representer, grad, ALL);
      float[] weights = representer.checkpointWeights();
      for (int q = 0; q < QUERIES; q++) {
        for (int i = 0; i < ALL; i++) {
          for (int c = 0; c < weights.length; c++) {
            ours[q * ALL + i] +=
                (float) (weights[c] * dot(vectors.get(ALL + q)[c], vectors.get(i)[c]));
          }
        }
      }
    }
    double ownError = distance(reference, exact);
    assertThat(ownError).isBetween(1e-4, 5e-3);
    assertThat(distance(ours, reference)).isLessThan(1.5 * ownError);
    assertThat(distance(ours, exact)).isLessThan(1.5 * ownError);

    // With 32 of 60 candidates, the reference selects the same ones in bfloat16 and in 32 bits.
    Set<Integer> selected = roundRobin(reference, BUDGET);
    assertThat(roundRobin(exact, BUDGET)).isEqualTo(selected);
    assertThat(roundRobin(ours, BUDGET).stream().filter(selected::contains).count())
        .isGreaterThanOrEqualTo(BUDGET - 1L);
  }

  /** The largest absolute difference. */
  private static double distance(float[] a, float[] b) {
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, Math.abs(a[i] - b[i]));
    }
    return worst;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** Queries take turns in taking the most similar candidate that is left. */
  private static Set<Integer> roundRobin(float[] similarities, int count) {
    Set<Integer> taken = new LinkedHashSet<>();
    for (int turn = 0; turn < count; turn++) {
      int row = turn % QUERIES * ALL;
      int best = -1;
      for (int i = 0; i < ALL; i++) {
        if (!taken.contains(i) && (best < 0 || similarities[row + i] > similarities[row + best])) {
          best = i;
        }
      }
      taken.add(best);
    }
    return taken;
  }
}
