package io.sluice.local.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.connection.LocalStackFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class KafkaOptionsTest {
  @TempDir Path folder;

  @Test
  void givenAFileAndOptions_whenRead_thenAllPropertiesPassAndOptionsOverride() throws IOException {
    Path file = folder.resolve("client.properties");
    Files.writeString(
        file, "bootstrap.servers=a:1\nschema.registry.url=http://a\nsecurity.protocol=SASL_SSL\n");

    Map<String, String> properties =
        properties(
            "--config", file.toString(), "--bootstrap-servers", "b:2", "--topic-prefix", "x.");

    assertThat(properties)
        .containsOnly(
            entry("bootstrap.servers", "b:2"),
            entry("schema.registry.url", "http://a"),
            entry("security.protocol", "SASL_SSL"),
            entry("topic.prefix", "x."));
  }

  @Test
  void givenARunningLocalStackAndNoOptions_whenRead_thenTheStacksPropertiesAreTaken()
      throws IOException {
    Files.writeString(stackFile(), "bootstrap.servers=a:1\nschema.registry.url=http://a\n");

    assertThat(properties()).containsEntry("bootstrap.servers", "a:1");
  }

  @Test
  void givenARunningLocalStackAndOtherServers_whenRead_thenTheStackIsNotMixedIn()
      throws IOException {
    Files.writeString(stackFile(), "bootstrap.servers=a:1\nschema.registry.url=http://a\n");

    assertThatThrownBy(() -> properties("--bootstrap-servers", "b:2"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("--schema-registry");
  }

  @Test
  void givenNeitherStackNorOptions_whenRead_thenTheMessageSaysWhatToGive() {
    assertThatThrownBy(this::properties)
        .isInstanceOf(ParameterException.class)
        .hasMessageContainingAll("--bootstrap-servers", "--config", "'up'");
  }

  @Test
  void givenNoConfigFile_whenRead_thenTheMessageNamesIt() {
    assertThatThrownBy(() -> properties("--config", "none.properties"))
        .isInstanceOf(IOException.class)
        .hasMessage("none.properties: there is no such file");
  }

  @Test
  void givenAnIllegalTopicPrefix_whenUsed_thenItIsWrongUsage() {
    CommandRun run =
        CommandRun.of(
            "jobs",
            "--bootstrap-servers",
            "127.0.0.1:1",
            "--schema-registry",
            "mock://m",
            "--topic-prefix",
            "no spaces");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("topic prefix 'no spaces'");
  }

  private Path stackFile() {
    return folder.resolve("stack.properties");
  }

  private Map<String, String> properties(String... arguments) throws IOException {
    Holder holder = new Holder(new KafkaOptions(LocalStackFile.in(folder)));
    new CommandLine(holder).parseArgs(arguments);
    return holder.kafka.properties();
  }

  @Command(name = "holder")
  private static final class Holder {
    @Mixin private final KafkaOptions kafka;

    Holder(KafkaOptions kafka) {
      this.kafka = kafka;
    }
  }
}
