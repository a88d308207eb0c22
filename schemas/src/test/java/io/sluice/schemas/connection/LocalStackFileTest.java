package io.sluice.schemas.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStackFileTest {
  @TempDir Path folder;

  @Test
  void givenNoStackRuns_whenLookedUp_thenThereIsNoFile() {
    assertThat(LocalStackFile.in(folder).unlessKafkaIsNamed(Map.of())).isEmpty();
  }

  @Test
  void givenAStackRuns_whenNoOtherKafkaIsNamed_thenItsFileIsTaken() throws IOException {
    LocalStackFile file = LocalStackFile.in(folder);
    Files.createFile(file.path());

    assertThat(file.unlessKafkaIsNamed(Map.of("topic.prefix", "x."))).contains(file.path());
    assertThat(file.unlessKafkaIsNamed(Map.of("bootstrap.servers", "b:1"))).isEmpty();
  }

  @Test
  void givenTheDefaultDirectory_whenAskedFor_thenItIsInTheHomeOfTheUser() {
    assertThat(LocalStackFile.ofDefaultDirectory().path())
        .isEqualTo(
            Path.of(System.getProperty("user.home"), ".sluice", "stack", "stack.properties"));
  }
}
