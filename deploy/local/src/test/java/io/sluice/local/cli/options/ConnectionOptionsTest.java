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

class ConnectionOptionsTest {
  @TempDir Path folder;

  @Test
  void givenAFileAndOptions_whenRead_thenAllPropertiesPassAndOptionsOverride() throws IOException {
    Path file = folder.resolve("client.properties");
    Files.writeString(
        file, "bootstrap.servers=a:1\nschema.registry.url=http://a\nsecurity.protocol=SASL_SSL\n");

    Map<String, String> settings =
        settings("--config", file.toString(), "--bootstrap-servers", "b:2", "--topic-prefix", "x.");

    assertThat(settings)
        .containsOnly(
            entry("bootstrap.servers", "b:2"),
            entry("schema.registry.url", "http://a"),
            entry("security.protocol", "SASL_SSL"),
            entry("topic.prefix", "x."));
  }

  @Test
  void givenSettingsOfEverySource_whenRead_thenSetOverridesOptionsOverTheCommandsOwnOverTheFile()
      throws IOException {
    Path file = folder.resolve("client.properties");
    Files.writeString(
        file, "bootstrap.servers=f:1\nschema.registry.url=http://f\ntopic.prefix=f.\na=f\nb=f\n");
    Map<String, String> own =
        Map.of("schema.registry.url", "http://o", "topic.prefix", "o.", "b", "o", "c", "o");

    Map<String, String> settings =
        parsed(
                "--config=" + file,
                "--topic-prefix=p.",
                "--schema-registry=http://p",
                "--set=topic.prefix=s.",
                "--set=c=s")
            .settings(own);

    assertThat(settings)
        .containsOnly(
            entry("bootstrap.servers", "f:1"),
            entry("schema.registry.url", "http://p"),
            entry("topic.prefix", "s."),
            entry("a", "f"),
            entry("b", "o"),
            entry("c", "s"));
  }

  @Test
  void givenARunningLocalStackAndNoOptions_whenRead_thenTheStacksPropertiesAreTaken()
      throws IOException {
    Files.writeString(stackFile(), "bootstrap.servers=a:1\nschema.registry.url=http://a\n");

    assertThat(settings()).containsEntry("bootstrap.servers", "a:1");
  }

  @Test
  void givenARunningLocalStackAndOtherServers_whenRead_thenTheStackIsNotMixedIn()
      throws IOException {
    Files.writeString(stackFile(), "bootstrap.servers=a:1\nschema.registry.url=http://a\n");

    assertThatThrownBy(() -> settings("--bootstrap-servers", "b:2"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("--schema-registry");
  }

  @Test
  void givenNeitherStackNorOptions_whenRead_thenTheMessageSaysWhatToGive() {
    assertThatThrownBy(this::settings)
        .isInstanceOf(ParameterException.class)
        .hasMessageContainingAll("--bootstrap-servers", "--config", "'sluice up'");
  }

  @Test
  void givenAnythingOfAKafka_whenAskedWhetherOneIsGiven_thenItIs() throws IOException {
    assertThat(parsed().isGiven()).isFalse();
    assertThat(parsed("--topic-prefix=x.", "--set=a=b").isGiven()).isFalse();
    assertThat(parsed("--config=none.properties").isGiven()).isTrue();
    assertThat(parsed("--bootstrap-servers=a:1").isGiven()).isTrue();
    assertThat(parsed("--set=schema.registry.url=http://a").isGiven()).isTrue();
    Files.writeString(stackFile(), "bootstrap.servers=a:1\nschema.registry.url=http://a\n");
    assertThat(parsed().isGiven()).isTrue();
  }

  @Test
  void givenNoConfigFile_whenRead_thenTheMessageNamesIt() {
    assertThatThrownBy(() -> settings("--config", "none.properties"))
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

  private Map<String, String> settings(String... arguments) throws IOException {
    return parsed(arguments).settings(Map.of());
  }

  private ConnectionOptions parsed(String... arguments) {
    Holder holder = new Holder(new ConnectionOptions(LocalStackFile.in(folder)));
    new CommandLine(holder).parseArgs(arguments);
    return holder.connection;
  }

  @Command(name = "holder")
  private static final class Holder {
    @Mixin private final ConnectionOptions connection;

    Holder(ConnectionOptions connection) {
      this.connection = connection;
    }
  }
}
