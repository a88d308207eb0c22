package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands report when Kafka does not respond. */
class NoResponseTest {
  @TempDir Path folder;

  @Test
  void givenABrokerThatAcceptsConnectionsOnly_whenCommandsRun_thenAllSayThatItIsSlow()
      throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1000, InetAddress.getByName("127.0.0.1"))) {
      String address = "127.0.0.1:" + silent.getLocalPort();

      List<CommandRun> runs = commands().parallel().map(command -> run(address, command)).toList();

      assertThat(runs)
          .hasSizeGreaterThan(7)
          .allSatisfy(
              run -> {
                assertThat(run.exitCode()).isEqualTo(1);
                assertThat(run.err())
                    .startsWith("sluice: the Kafka broker at " + address + " accepts connections")
                    .contains("wait longer by setting response.timeout.ms above 1000")
                    .hasLineCount(1);
              });
    }
  }

  @Test
  void givenNoBroker_whenCommandsRun_thenAllSayThatNothingAcceptsConnections() throws IOException {
    // Nothing can listen at port 1 without being root, and nothing does.
    String address = "127.0.0.1:1";

    List<CommandRun> runs = commands().parallel().map(command -> run(address, command)).toList();

    assertThat(runs)
        .allSatisfy(
            run -> {
              assertThat(run.exitCode()).isEqualTo(1);
              assertThat(run.err())
                  .startsWith("sluice: there is no Kafka broker at " + address)
                  .contains("nothing accepts connections there")
                  .hasLineCount(1);
            });
  }

  private Stream<List<String>> commands() throws IOException {
    Path candidates = Files.writeString(folder.resolve("c.jsonl"), "");
    return Stream.of(
        List.of("topics"),
        List.of("ingest", candidates.toString()),
        List.of("task", "list"),
        List.of("task", "remove", "t"),
        List.of("selected", "t", "--budget", "1"),
        List.of("pool", "t", "--algorithm", "uot", "--budget", "1"),
        List.of("verify", "t"),
        List.of("explain", "t", "c"),
        List.of("jobs"),
        List.of("jobs", "show", "j"),
        List.of("jobs", "fire", "t", "--budget", "1"),
        List.of("jobs", "cancel", "j"),
        List.of("results", "t"),
        List.of("dead-letters", "list"),
        List.of("dead-letters", "show"),
        List.of("dead-letters", "replay", "--dry-run"),
        List.of("dataset", "j", "--out", folder.resolve("out").toString()));
  }

  private static CommandRun run(String address, List<String> command) {
    return CommandRun.of(
        Stream.concat(
                command.stream(),
                Stream.of(
                    "--bootstrap-servers",
                    address,
                    "--schema-registry",
                    "mock://m",
                    "--set",
                    "response.timeout.ms=1000"))
            .toArray(String[]::new));
  }
}
