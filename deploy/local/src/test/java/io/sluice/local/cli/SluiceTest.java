package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SluiceTest {
  private record Ran(int exitCode, String out, String err) {}

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
    assertThat(run())
        .satisfies(
            ran -> {
              assertThat(ran.exitCode()).isEqualTo(2);
              assertThat(ran.err()).contains("no command given").contains("--help");
            });
    assertThat(run("upp"))
        .satisfies(
            ran -> {
              assertThat(ran.exitCode()).isEqualTo(2);
              assertThat(ran.err()).contains("upp").contains("Did you mean");
            });
  }

  @Test
  void givenAnUnusableDataDirectory_whenUp_thenExitCodeOneAndNoStackTrace() {
    Ran ran = run("up", "--data", "/dev/null/data");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.err()).startsWith("sluice: /dev/null").doesNotContain("\tat ");
  }

  @Test
  void givenGenerateCompletion_whenRun_thenTheScriptKnowsTheCommands() {
    Ran ran = run("generate-completion");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("sluice").contains("up");
  }

  private static Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Sluice.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new Ran(exitCode, out.toString(), err.toString());
  }
}
