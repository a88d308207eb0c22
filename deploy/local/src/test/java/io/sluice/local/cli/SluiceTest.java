package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class SluiceTest {
  static Stream<CommandSpec> commands() {
    return CommandTree.all().stream().map(CommandLine::getCommandSpec);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void givenACommand_whenItsOptionsAreRead_thenItAndEachOptionHasADescription(CommandSpec command) {
    assertThat(command.usageMessage().description()).isNotEmpty();
    assertThat(command.options())
        .allSatisfy(
            option -> assertThat(option.description()).as(option.longestName()).isNotEmpty());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void givenACommand_whenAskedForHelp_thenItPrintsItsUsageAndExitsWithZero(CommandSpec command) {
    CommandRun run =
        CommandRun.of((command.qualifiedName() + " --help").split(" ", 2)[1].split(" "));

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("Usage: " + command.qualifiedName() + " ");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void givenNoCommandOrAnUnknownOne_whenRun_thenExitCodeTwoAndOneLineSaysWhy() {
    assertThat(CommandRun.of())
        .satisfies(
            ran -> {
              assertThat(ran.exitCode()).isEqualTo(2);
              assertThat(ran.err()).contains("no command given").contains("--help");
            });
    assertThat(CommandRun.of("upp"))
        .satisfies(
            ran -> {
              assertThat(ran.exitCode()).isEqualTo(2);
              assertThat(ran.err()).contains("upp").contains("Did you mean");
            });
  }

  @Test
  void givenAnUnusableDataDirectory_whenUp_thenExitCodeOneAndNoStackTrace() {
    CommandRun ran = CommandRun.of("up", "--data", "/dev/null/data");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.err()).startsWith("sluice: /dev/null").doesNotContain("\tat ");
  }

  @Test
  void givenGenerateCompletion_whenRun_thenTheScriptKnowsTheCommands() {
    CommandRun ran = CommandRun.of("generate-completion");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("sluice").contains("up");
  }
}
