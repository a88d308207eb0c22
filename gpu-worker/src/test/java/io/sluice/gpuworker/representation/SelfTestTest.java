package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults that would silently make all vectors useless are found before the first example. */
class SelfTestTest {
  private static final Path RUN = GoldenData.small().resolve("tiny-llama");
  private static final Path CHECKPOINT = Path.of("checkpoint-5");

  @TempDir private Path folder;

  @Test
  void givenAnAdapterWithoutEffect_whenOpened_thenTheErrorNamesTheCheck() throws IOException {
    copy(RUN, folder);
    Path adapter = folder.resolve("run/checkpoint-20/adapter_model.safetensors");
    byte[] bytes = Files.readAllBytes(adapter);
    long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    Arrays.fill(bytes, (int) (Long.BYTES + header), bytes.length, (byte) 0);
    Files.write(adapter, bytes);

    assertThatThrownBy(() -> ExampleRepresenter.open(settings()))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageStartingWith("self-test 'adapter applied' failed: ")
        .hasMessageContaining("checkpoint-20");
  }

  @Test
  void givenBaseWeightsThatAreNaN_whenOpened_thenTheErrorNamesTheCheck() throws IOException {
    copy(RUN, folder);
    Path weights = folder.resolve("base/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    Arrays.fill(bytes, (int) (Long.BYTES + header), bytes.length, (byte) 0xff);
    Files.write(weights, bytes);

    assertThatThrownBy(() -> ExampleRepresenter.open(settings()))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageStartingWith("self-test 'loss' failed: ")
        .hasMessageContaining("damaged");
  }

  @Test
  void givenATokenizerOfAnotherModel_whenChecked_thenTheErrorNamesTheToken() throws IOException {
    try (Tokens tokens = Tokens.open(RUN.resolve("base"), 256)) {
      assertThatThrownBy(() -> SelfTest.example(tokens, 100))
          .hasMessageContaining("self-test 'vocabulary' failed: token ")
          .hasMessageContaining("use the tokenizer that belongs to this model");
    }
  }

  @Test
  void givenANormalizerThatStripsTheEndsOfTexts_whenChecked_thenItIsRejected() throws IOException {
    String tokenizer = Files.readString(RUN.resolve("base/tokenizer.json"));
    String stripping =
        tokenizer.replace(
            "\"normalizer\": null",
            "\"normalizer\": {\"type\": \"Strip\", \"strip_left\": false, \"strip_right\": true}");
    assertThat(stripping).isNotEqualTo(tokenizer);
    Files.writeString(folder.resolve("tokenizer.json"), stripping);
    Files.copy(RUN.resolve("base/tokenizer_config.json"), folder.resolve("tokenizer_config.json"));
    try (Tokens tokens = Tokens.open(folder, 256)) {
      assertThatThrownBy(() -> SelfTest.requireStablePrefixes(tokens))
          .hasMessageContaining("self-test 'prefixes' failed: ")
          .hasMessageContaining("normalizer");
    }
    try (Tokens shortened = Tokens.open(RUN.resolve("base"), 2)) {
      SelfTest.requireStablePrefixes(shortened);
      assertThat(SelfTest.example(shortened, 512).ids()).hasSize(2);
    }
  }

  @Test
  void givenTwoBeginTokens_whenChecked_thenTheErrorNamesTheToken() {
    assertThatCode(
            () -> {
              SelfTest.requireSingleBeginToken(new long[] {0, 7, 7}, new long[] {7, 7});
              SelfTest.requireSingleBeginToken(new long[] {7, 7}, new long[] {7, 7});
            })
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> SelfTest.requireSingleBeginToken(new long[] {0, 0, 7}, new long[] {7}))
        .hasMessageContaining("self-test 'single begin token' failed")
        .hasMessageContaining("token 0 twice");
  }

  @ParameterizedTest
  @ValueSource(floats = {0, Float.NaN, Float.POSITIVE_INFINITY})
  void givenAGradientThatIsZeroOrNotFinite_whenChecked_thenTheErrorNamesTheCheckpoint(float value) {
    float[] gradient = new float[16];
    gradient[3] = value;
    assertThatThrownBy(() -> SelfTest.requireUsableGradient(CHECKPOINT, gradient))
        .hasMessageContaining("self-test 'gradient' failed")
        .hasMessageContaining("checkpoint-5");
    assertThatThrownBy(() -> SelfTest.requireUsableState(gradient))
        .hasMessageContaining("self-test 'hidden state' failed");
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 0.5f, 1.5f, Float.NaN})
  void givenAProjectionThatChangesNorms_whenChecked_thenItIsRejected(float factor) {
    float[] gradient = new float[8192];
    Arrays.fill(gradient, 1);
    float[] projected = gradient.clone();
    assertThatCode(() -> SelfTest.requireKeptNorm(gradient, projected)).doesNotThrowAnyException();
    Arrays.fill(projected, factor);
    assertThatThrownBy(() -> SelfTest.requireKeptNorm(gradient, projected))
        .hasMessageContaining("self-test 'projection keeps lengths' failed");
  }

  private RepresentationSettings settings() {
    return RepresentationSettings.gradient(
        folder.resolve("base"),
        List.of(folder.resolve("run/checkpoint-5"), folder.resolve("run/checkpoint-20")),
        Projection.sketch(512),
        256);
  }

  private static void copy(Path from, Path into) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = into.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }
}
