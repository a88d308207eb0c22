package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SluiceTest {
  @Test
  void givenEveryCommand_whenAskedForHelp_thenItDescribesItselfAndItsOptions() {
    Deque<CommandLine> commands = new ArrayDeque<>(List.of(Sluice.commandLine()));
    while (!commands.isEmpty()) {
      CommandLine command = commands.pop();
      commands.addAll(command.getSubcommands().values());
      var spec = command.getCommandSpec();
      assertThat(spec.usageMessage().description()).as(spec.qualifiedName()).isNotEmpty();
      assertThat(spec.options())
          .allSatisfy(
              option ->
                  assertThat(option.description())
                      .as(spec.qualifiedName() + " " + option.longestName())
                      .isNotEmpty());
      if (!spec.name().equals("help")) {
        assertThat(spec.findOption("--help")).as(spec.qualifiedName()).isNotNull();
      }
    }
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
