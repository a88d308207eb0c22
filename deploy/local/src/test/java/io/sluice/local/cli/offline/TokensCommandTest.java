package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensCommandTest {
  private static final String TURNS =
      "\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"},"
          + " {\"role\": \"assistant\", \"content\": \"Hello \\u001b[2J\"}]";
  private static final String WITH_TOOLS =
      "{\"id\": \"t\", \"tools\": [{\"name\": \"add\"}], " + TURNS + "}";

  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void writeModel() throws IOException {
    model = BundledModel.write(folder.resolve("model")).base();
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}[{{ m.role }}]"
            + "{{ m.content }};{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}");
    Files.write(folder.resolve("in.jsonl"), List.of("{\"id\": \"c\", " + TURNS + "}", WITH_TOOLS));
  }

  private static CommandRun tokens(String... options) {
    List<String> args =
        new ArrayList<>(
            List.of("tokens", "--model=" + model, "--in=" + folder.resolve("in.jsonl")));
    args.addAll(List.of(options));
    return CommandRun.of(args.toArray(String[]::new));
  }

  @Test
  void givenTheReferenceForm_whenShown_thenTheAnswerIsMarkedAndToolsAreRefused() {
    CommandRun run = tokens();

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("line 1 (c): ", "<|user|>\nHi\n<|assistant|>\n>>>Hello \\u001b[2J")
        .contains("<<<")
        .contains("line 2 (t): refused: tools: the text form 'reference' has no place for this");
  }

  @Test
  void givenTheChatForm_whenWrittenAsJson_thenTextIdsAndLearntTokensOfEachExample()
      throws IOException {
    CommandRun run = tokens("--text-form=chat", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(2);
    JsonNode first = new ObjectMapper().readTree(lines.get(0));
    assertThat(first.get("id").textValue()).isEqualTo("c");
    assertThat(first.get("text").textValue()).isEqualTo("[user]Hi;[assistant]Hello \u001b[2J;");
    assertThat(first.get("ids")).hasSameSizeAs(first.get("learn"));
    assertThat(first.get("learn").toString()).matches("\\[0,[0,]*1[1,]*]");
    assertThat(new ObjectMapper().readTree(lines.get(1)).get("text").textValue())
        .startsWith("[{\"name\": \"add\"}][user]Hi;");
  }

  @Test
  void givenRefusedExamples_whenWrittenAsJson_thenEachHasItsReason() throws IOException {
    CommandRun run = tokens("--json");

    JsonNode second = new ObjectMapper().readTree(run.out().lines().toList().get(1));
    assertThat(second.get("id").textValue()).isEqualTo("t");
    assertThat(second.get("refused").textValue()).contains("use the text form 'chat'");
  }

  @Test
  void givenADateWithoutTheChatForm_whenCalled_thenRefused() {
    assertThat(tokens("--chat-date=2025-01-01").err()).contains("--text-form chat");
    assertThat(tokens("--text-form=alpaca").err()).contains("use reference or chat");
    assertThat(tokens("--max-length=1").err()).contains("use 2 or more");
  }
}
