package io.sluice.local.cli.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.sluice.local.cli.CommandRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ingest} reads, shows and counts, without Kafka. */
class IngestDryRunTest {
  @TempDir private Path folder;
  private Path pool;

  @BeforeEach
  void files() throws IOException {
    pool = Files.createDirectory(folder.resolve("pool"));
    Files.writeString(
        pool.resolve("a.jsonl"),
        """
        {"instruction": "Add.", "input": "1 2", "output": "3", "language": "en"}
        {"text": "neither"}
        {"messages": [{"role": "user", "content": "u\\u001b[31m\\nv"}, {"role": "assistant", "content": "m", "weight": 0}, {"role": "assistant", "content": null, "tool_calls": [{"name": "f"}]}], "tools": [{"name": "f"}]}
        """);
    Files.write(
        pool.resolve("b.json.zst"),
        Zstd.compress(
            "[{\"prompt\": \"p\", \"completion\": \"c\"}, {\"prompt\": \"p\", \"answer\": \"c\"}]"
                .getBytes(StandardCharsets.UTF_8)));
    Files.writeString(pool.resolve("README.md"), "# A pool");
  }

  @Test
  void givenAFolder_whenTried_thenExamplesAreShownAndAllAreCountedByFormAndReason()
      throws IOException {
    Path rejects = folder.resolve("rejects.jsonl");
    CommandRun ran =
        CommandRun.of("ingest", pool.toString(), "--dry-run", "--reject", rejects.toString());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.err())
        .contains("README.md is left out", "a.jsonl, line 2: messages is missing")
        .contains("b.json.zst, line 1: element 2: messages is missing");
    assertThat(ran.out().replace(pool.toString(), "pool"))
        .isEqualToNormalizingNewlines(
            """
            pool/a.jsonl, line 1 (alpaca): id a.jsonl:1
              metadata: {language=en}
              [user] Add.
                1 2
              [assistant, learnt] 3
            pool/a.jsonl, line 3 (messages): id a.jsonl:3
              tools: [{"name":"f"}]
              [user] u?[31m
                v
              [assistant, masked] m
              [assistant, learnt]  {"content":null,"tool_calls":[{"name":"f"}]}
            pool/b.json.zst, line 1 (prompt-completion): id b.json.zst:1
              [user] p
              [assistant, learnt] c
            3 candidates read and not sent, 2 lines invalid
              read as: messages 1, alpaca 1, prompt-completion 1
              refused: 1 messages is missing, and the fields prompt, answer are no other form: if they have other names, map them (--field output=response)
              refused: 1 messages is missing, and the fields text are no other form: if they have other names, map them (--field output=response)
            """);
    assertThat(Files.readAllLines(rejects))
        .hasSize(2)
        .first()
        .asString()
        .contains("a.jsonl\",\"line\":2,\"reason\":\"messages is missing")
        .endsWith("\"text\":\"{\\\"text\\\": \\\"neither\\\"}\"}");
  }

  @Test
  void givenIdsThatComeAgain_whenTried_thenTheirNumberIsReported() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      lines.append("{\"id\": %d, \"prompt\": \"p\", \"completion\": \"c\"}%n".formatted(i % 4000));
    }
    Path file = Files.writeString(folder.resolve("again.jsonl"), lines);
    assertThat(CommandRun.of("ingest", file.toString(), "--dry-run").out())
        .contains("5000 candidates", "ids that came before: 1000 ");
  }

  @Test
  void givenOptions_whenTried_thenTheyAreUsedOrRefused() {
    String file = pool.resolve("b.json.zst").toString();
    assertThat(CommandRun.of("ingest", file, "--dry-run", "--field", "completion=answer").out())
        .contains("2 candidates read and not sent, 0 lines invalid", "id 2");
    assertThat(CommandRun.of("ingest", file, "--dry-run", "--format", "alpaca").out())
        .contains("0 candidates read and not sent, 2 lines invalid");
    assertThat(CommandRun.of("ingest", file, "--dry-run", "--format", "csv").err())
        .contains("--format csv: use one of preference, messages");
    assertThat(CommandRun.of("ingest", file, "--dry-run", "--take", "all").err())
        .contains("there is only --take chosen");
    assertThat(CommandRun.of("ingest", file, "--dry-run", "--field", "answer=x").err())
        .contains("--field: unknown field 'answer'");
    assertThat(CommandRun.of("ingest", pool.toString(), "--dry-run", "--limit", "1").out())
        .contains("1 candidates read and not sent, 0 lines invalid");
    assertThat(CommandRun.of("ingest", folder + "/none*", "--dry-run").err())
        .contains("no file matches");
  }
}
