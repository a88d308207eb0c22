package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceNameTest {
  @TempDir private Path folder;

  @Test
  void givenAnInstance_whenStartedAgain_thenItHasTheSameName() {
    String name = InstanceName.of(folder.resolve("state"), "app");

    assertThat(InstanceName.of(folder.resolve("state"), "app")).isEqualTo(name);
  }

  @Test
  void givenAnEmptyFileLeftByACrash_whenStarted_thenItGetsAName() throws Exception {
    Files.writeString(folder.resolve("app.instance"), "");

    String name = InstanceName.of(folder, "app");

    assertThat(name).isNotEmpty().isEqualTo(InstanceName.of(folder, "app"));
  }

  @Test
  void givenAnotherDirectoryOrApplication_whenStarted_thenTheNameIsDifferent() {
    String name = InstanceName.of(folder.resolve("a"), "app");

    assertThat(InstanceName.of(folder.resolve("b"), "app")).isNotEqualTo(name);
    assertThat(InstanceName.of(folder.resolve("a"), "other")).isNotEqualTo(name);
  }

  @Test
  void givenAFileInPlaceOfTheDirectory_whenStarted_thenTheMessageNamesIt() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThatThrownBy(() -> InstanceName.of(file, "app"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }
}
