package io.sluice.local.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.sluice.local.cli.CommandRun;
import io.sluice.local.cli.CommandTree;
import io.sluice.local.cli.Sluice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Every command that talks to Kafka has the same options for it. */
class ConnectionFlagsTest {
  private static final String CANDIDATE =
      "{\"id\": \"c\", \"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]}";
  private static final String TASK =
      """
      {"task": "sums", "budgets": [2], "queries": [{"messages": [
        {"role": "user", "content": "1+1"}, {"role": "assistant", "content": "2"}]}]}
      """;

  @TempDir Path folder;

  /** The commands that talk to Kafka, each with the arguments that it requires. */
  static Stream<String> commands() {
    return Stream.of(
        "ingest FILE",
        "task put FILE",
        "task list",
        "task remove TASK",
        "selected TASK --budget=2",
        "pool TASK --algorithm=uot --budget=1",
        "verify TASK",
        "explain TASK CANDIDATE",
        "jobs",
        "jobs show JOB",
        "jobs fire TASK --budget=2",
        "jobs cancel JOB",
        "results TASK",
        "dead-letters list",
        "dead-letters show",
        "dead-letters replay --dry-run",
        "dataset JOB --out=DIR",
        "topics",
        "doctor",
        "worker --model=DIR --checkpoint=DIR",
        "trainer --model=DIR --output=DIR",
        "streams");
  }

  @Test
  void givenAllCommands_whenTheirOptionsAreRead_thenTheseCommandsHaveConnectionOptions() {
    List<String> connected =
        CommandTree.all().stream()
            .map(CommandLine::getCommandSpec)
            .filter(spec -> !connectionOptions(spec).isEmpty())
            .map(CommandSpec::qualifiedName)
            .toList();

    assertThat(connected)
        .containsExactlyInAnyOrderElementsOf(
            commands().map(each -> "sluice " + each.replaceAll(" [A-Z-].*", "")).toList());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void givenEachConnectionOption_whenParsed_thenItsValueIsASettingOfTheCommand(String command)
      throws IOException {
    Path file = folder.resolve("client.properties");
    Files.writeString(file, "security.protocol=SASL_SSL\n");

    Map<String, String> settings =
        parsed(
                command,
                "--config=" + file,
                "--bootstrap-servers=b:1",
                "--schema-registry=http://r",
                "--topic-prefix=p.",
                "--set=client.id=c")
            .settings(Map.of());

    assertThat(settings)
        .containsOnly(
            entry("security.protocol", "SASL_SSL"),
            entry("bootstrap.servers", "b:1"),
            entry("schema.registry.url", "http://r"),
            entry("topic.prefix", "p."),
            entry("client.id", "c"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void givenAConfigFileThatIsMissing_whenExecuted_thenTheCommandFailsAndNamesIt(String command)
      throws IOException {
    Path file = folder.resolve("input.jsonl");
    Files.writeString(file, command.startsWith("task put") ? TASK : CANDIDATE);

    CommandRun run =
        CommandRun.of(
            arguments(command.replace("FILE", file.toString()), "--config=none.properties"));

    assertThat(run.err()).contains("none.properties: there is no such file");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  private static ConnectionOptions parsed(String command, String... options) {
    CommandLine line = Sluice.commandLine();
    CommandLine.ParseResult called = line.parseArgs(arguments(command, options));
    while (called.hasSubcommand()) {
      called = called.subcommand();
    }
    return connectionOptions(called.commandSpec()).get(0);
  }

  private static List<ConnectionOptions> connectionOptions(CommandSpec command) {
    return command.mixins().values().stream()
        .map(CommandSpec::userObject)
        .filter(ConnectionOptions.class::isInstance)
        .map(ConnectionOptions.class::cast)
        .toList();
  }

  private static String[] arguments(String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(Arrays.asList(options));
    return arguments.toArray(String[]::new);
  }
}
