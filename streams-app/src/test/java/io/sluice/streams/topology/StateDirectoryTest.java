package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDirectoryTest {
  private static final Path PARENT = Path.of("state");

  @Test
  void givenTwoClusters_whenTheirStateIsKept_thenInTwoFolders() {
    assertThat(StateDirectory.of(PARENT, "Som3MHPlTeKh-rQ_5zZBhA"))
        .isEqualTo(PARENT.resolve("Som3MHPlTeKh-rQ_5zZBhA"))
        .isNotEqualTo(StateDirectory.of(PARENT, "Som3MHPlTeKh-rQ_5zZBhB"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "../x", "a/b", "a\\b", "a\u0000b", "a b"})
  void givenAnIdThatIsNoFolder_whenUsed_thenRefused(String clusterId) {
    assertThatThrownBy(() -> StateDirectory.of(PARENT, clusterId))
        .isInstanceOf(IllegalStateException.class);
  }
}
