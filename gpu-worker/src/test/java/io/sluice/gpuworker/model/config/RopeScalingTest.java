package io.sluice.gpuworker.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.gpuworker.model.file.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Frequencies under unusual settings. The expected ones are those of {@code ROPE_INIT_FUNCTIONS} of
 * transformers 5.18, for heads of 16 values and a factor of 4.
 */
class RopeScalingTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | 10000 | 64 | 1.0, 0.2371708, 0.05, 0.007905695, 0.0025, 0.0007905695, 0.00025, 7.905695e-05",
        "{'beta_fast': 0} | 10000 | 64 | 1.0, 0.2371708, 0.05, 0.007905695, 0.0025, 0.0007905695, 0.00025, 7.905695e-05",
        "{'beta_fast': 0, 'beta_slow': 0} | 10000 | 64 | 1.0, 0.2371708, 0.05, 0.007905695, 0.0025, 0.0007905695, 0.00025, 7.905695e-05",
        "{'beta_fast': 1, 'beta_slow': 32} | 10000 | 64 | 0.25, 0.1976424, 0.1, 0.03162278, 0.01, 0.003162278, 0.001, 0.0003162278",
        "{'beta_fast': 1, 'beta_slow': 1, 'truncate': false} | 10000 | 64 | 1.0, 0.3162278, 0.1, 0.007905695, 0.0025, 0.0007905695, 0.00025, 7.905695e-05",
        "{} | 4 | 32768 | 0.25, 0.2102241, 0.1767767, 0.1486509, 0.125, 0.1051121, 0.08838835, 0.07432544"
      })
  void givenARampOfYarn_whenComputed_thenFrequenciesEqualThoseOfTransformers(
      String settings, double theta, int original, String expected) throws IOException {
    String more = settings.substring(1).replace('\'', '"');
    Path file = folder.resolve("parameters.json");
    Files.writeString(
        file, "{\"rope_type\": \"yarn\", \"factor\": 4" + (more.equals("}") ? "" : ", ") + more);
    RopeScaling scaling =
        RopeScaling.read(
            JsonFile.read(file),
            "rope_parameters",
            RopeScaling.TYPES.keySet(),
            parameters -> original,
            OptionalInt.of(256));

    double[] right = Arrays.stream(expected.split(",")).mapToDouble(Double::parseDouble).toArray();
    double[] frequencies = scaling.frequencies(16, theta);
    assertThat(frequencies).hasSize(right.length);
    for (int i = 0; i < right.length; i++) {
      assertThat(frequencies[i] / right[i]).as("pair %d", i).isCloseTo(1, within(1e-6));
    }
    assertThat(scaling.magnitude()).isCloseTo(1.138629436111989, within(1e-12));
  }
}
