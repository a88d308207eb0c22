package io.sluice.schemas.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsFileTest {
  @TempDir Path folder;

  @Test
  void givenAFile_whenRead_thenItIsUtf8AndOverridesWin() throws IOException {
    Path file = write("a=1\nmodel.dir=/modèles\n# c=3\n");

    assertThat(SettingsFile.merge(Optional.of(file), Map.of("a", "2", "b", "3")))
        .isEqualTo(Map.of("a", "2", "b", "3", "model.dir", "/modèles"));
    assertThat(SettingsFile.merge(Optional.empty(), Map.of("a", "2"))).isEqualTo(Map.of("a", "2"));
  }

  @Test
  void givenNoFile_whenRead_thenTheMessageNamesIt() {
    assertThatThrownBy(() -> SettingsFile.read(Path.of("none.properties")))
        .isInstanceOf(IOException.class)
        .hasMessage("none.properties: there is no such file");
  }

  @Test
  void givenAFolder_whenRead_thenTheMessageNamesIt() {
    assertThatThrownBy(() -> SettingsFile.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + " is a folder: give a properties file");
  }

  @Test
  void givenABrokenEscape_whenRead_thenTheMessageNamesTheFile() throws IOException {
    Path file = write("sasl.jaas.config=secret\\u12\n");

    assertThatThrownBy(() -> SettingsFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(file.toString(), "is not a properties file")
        .hasMessageNotContaining("secret");
  }

  @Test
  void givenBytesThatAreNotText_whenRead_thenTheMessageNamesTheFile() throws IOException {
    Path file = folder.resolve("latin.properties");
    Files.write(file, "model.dir=/modèles".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> SettingsFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(file.toString(), "UTF-8");
  }

  @Test
  void givenAFileOfSomebodyElse_whenRead_thenTheMessageNamesIt() throws IOException {
    Path file = write("a=1\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(file), "the superuser reads everything");

    assertThatThrownBy(() -> SettingsFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": access denied, check its owner and permissions");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("client.properties"), text);
  }
}
