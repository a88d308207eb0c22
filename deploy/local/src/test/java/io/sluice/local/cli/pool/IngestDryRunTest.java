package io.sluice.local.cli.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.file.RejectedLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
        .contains("b.json.zst, element 2: messages is missing");
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
            pool/b.json.zst, element 1 (prompt-completion): id b.json.zst:1
              [user] p
              [assistant, learnt] c
            3 candidates read and not sent, 2 lines invalid
              read as: messages 1, alpaca 1, prompt-completion 1
              only for workers with text.form=chat: 1 (they have tools, tool calls or thoughts, which the text form reference refuses)
              refused: 1, such as pool/a.jsonl, line 2: messages is missing, and no other form fits the columns text: an example has messages, or a prompt and an answer
              refused: 1, such as pool/b.json.zst, element 2: messages is missing, and no other form fits the columns prompt, answer: if one of them is a field under another name, map it, such as --field completion=answer (over HTTP the parameter field)
            """);
    assertThat(Files.readAllLines(rejects))
        .hasSize(2)
        .first()
        .asString()
        .contains("a.jsonl\",\"line\":2,\"id\":\"a.jsonl:2\",\"reason\":\"messages is missing")
        .endsWith("\"text\":\"{\\\"text\\\": \\\"neither\\\"}\"}");
  }

  @Test
  void givenReasonsThatDifferInNumbers_whenCounted_thenOneOfThemIsShownInFull() throws IOException {
    String line =
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\", \"weight\": %d}]}%n";
    Path file =
        Files.writeString(folder.resolve("weights.jsonl"), line.formatted(20) + line.formatted(30));

    CommandRun ran = CommandRun.of("ingest", file.toString(), "--dry-run");

    assertThat(ran.out().lines().filter(each -> each.contains("refused")))
        .containsExactly(
            "  refused: 2, such as "
                + file
                + ", line 1: message 1 has the weight 20: use 1 for a turn that is learnt and 0 for"
                + " one that is not; there are no other weights");
  }

  @Test
  void givenLinesWithTheSameFaultAndOtherColumns_whenCounted_thenTheyAreOneKind()
      throws IOException {
    String line = "{\"instruction\": \"i\", \"%s\": \"x\", \"response\": \"r\"}%n";
    Path file =
        Files.writeString(
            folder.resolve("dolly.jsonl"), line.formatted("lang") + line.formatted("topic"));

    CommandRun ran = CommandRun.of("ingest", file.toString(), "--dry-run");

    assertThat(ran.out().lines().filter(each -> each.contains("refused")))
        .singleElement()
        .asString()
        .startsWith("  refused: 2, such as " + file + ", line 1: messages is missing, and no other")
        .contains("columns instruction, lang, response: ", "such as --field output=response (");
  }

  @Test
  void givenLinesThatNeedTheSameAdvice_whenRefused_thenItIsGivenOnce() throws IOException {
    Path file =
        Files.write(
            folder.resolve("texts.jsonl"),
            List.of("{\"text\": 1}", "{\"note\": 2}", "{\"prompt\": \"p\", \"answer\": \"a\"}"));

    CommandRun ran = CommandRun.of("ingest", file.toString(), "--dry-run");

    String problem = ": messages is missing, and no other form fits the columns ";
    assertThat(ran.err().lines().filter(line -> line.contains("messages is missing")))
        .containsExactly(
            file
                + ", line 1"
                + problem
                + "text: an example has messages, or a prompt and an answer",
            file + ", line 2" + problem + "note",
            file
                + ", line 3"
                + problem
                + "prompt, answer: if one of them is a field under another name, map it, such as"
                + " --field completion=answer (over HTTP the parameter field)");
  }

  @Test
  void givenAnArray_whenRejected_thenTheReasonNamesTheElementAndRejectingAgainKeepsIt()
      throws IOException {
    Path rejects = folder.resolve("rejects.jsonl");
    Path again = folder.resolve("again.jsonl");
    String file = pool.resolve("b.json.zst").toString();
    CommandRun.of("ingest", file, "--dry-run", "--reject", rejects.toString());
    CommandRun.of("ingest", rejects.toString(), "--dry-run", "--reject", again.toString());

    assertThat(Files.readString(again))
        .contains("\"line\":1,\"id\":\"2\",\"reason\":\"element 2: messages is missing")
        .isEqualTo(Files.readString(rejects));
  }

  @Test
  void givenHalfSurrogatesInRefusedLines_whenRejected_thenAllLinesAreReadAndTheFileIsWhole()
      throws IOException {
    Path file =
        Files.write(
            folder.resolve("half.jsonl"),
            List.of(
                new RejectedLine("x\ud800", 1, "\ud800", "r", "{\"question\":\"\ud800\"}").toJson(),
                "{\"prompt\": \"p\", \"completion\": \"c\", \"note\": \"\\ud800\"}"));
    Path rejects = folder.resolve("rejects.jsonl");

    CommandRun ran =
        CommandRun.of("ingest", file.toString(), "--dry-run", "--reject", rejects.toString());

    assertThat(ran.out())
        .contains("1 candidate read and not sent, 1 line invalid")
        .contains("not in the metadata of 1: note, contains half a surrogate pair");
    assertThat(Files.readAllLines(rejects))
        .singleElement()
        .asString()
        .startsWith("{\"file\":\"x\\ud800\",\"line\":1,\"id\":\"\\ud800\"")
        .endsWith("\"text\":\"{\\\"question\\\":\\\"\\ud800\\\"}\"}");
  }

  @Test
  void givenRejectedLines_whenIngestedAgainWithOtherOptions_thenTheirExamplesAreRead()
      throws IOException {
    Path rejects = folder.resolve("rejects.jsonl");
    CommandRun.of("ingest", pool.toString(), "--dry-run", "--reject", rejects.toString());
    String[] again = {
      "ingest", rejects.toString(), "--dry-run", "--field", "completion=answer", "--reject"
    };

    CommandRun ran = run(again, folder.resolve("left.jsonl"));

    assertThat(ran.out())
        .contains("rejects.jsonl, line 2 (prompt-completion): id b.json.zst:2")
        .contains("1 candidate read and not sent, 1 line invalid");
    assertThat(Files.readString(folder.resolve("left.jsonl")))
        .as("the example itself, under the id that it had")
        .contains(
            "/pool/a.jsonl\",\"line\":2,",
            "\"id\":\"a.jsonl:2\"",
            "\"text\":\"{\\\"text\\\": \\\"neither\\\"}\"");

    assertThat(run(again, rejects).err()).contains("is one of the files to read");
    assertThat(Files.size(rejects)).as("the file that was to be read").isPositive();
    assertThat(run(again, folder).err())
        .contains("--reject " + folder + " is a folder: give the name of a file in it");
    assertThat(run(again, folder.resolve("none/r.jsonl")).err())
        .contains("there is no folder " + folder.resolve("none") + ": create it first");
  }

  private static CommandRun run(String[] arguments, Path last) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = last.toString();
    return CommandRun.of(all);
  }

  @Test
  void givenAColumnThatNoExampleHas_whenMapped_thenItIsRefusedBeforeAnythingIsRead()
      throws IOException {
    CommandRun ran = CommandRun.of("ingest", pool.toString(), "--dry-run", "--field", "id=uid");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .contains(
            "--field id=uid: no example has such a column; the examples have instruction, input,"
                + " output, language, text, messages, tools, prompt, completion, answer");

    ran = CommandRun.of("ingest", pool.toString(), "--dry-run", "--field", "source=language");
    assertThat(ran.out()).as("one example has it").contains("source: en");
    assertThat(ran.err())
        .as("no line is refused because it has no source")
        .doesNotContain("language");

    Files.writeString(
        pool.resolve("c.jsonl"), "{\"prompt\": \"p\", \"completion\": \"c\"}%n".formatted());
    ran =
        CommandRun.of(
            "ingest",
            pool.toString(),
            "--dry-run",
            "--field",
            "output=text",
            "--field",
            "messages=language");
    assertThat(ran.err().lines().filter(line -> line.contains("has the column")))
        .as("c.jsonl has no refused lines")
        .containsExactly(
            pool
                + "/b.json.zst: no example read from it has the column of --field messages=language,"
                + " --field output=text, and lines of it were refused for lack of that field. If it"
                + " has the field under another name, write its refused lines to a file with"
                + " --reject, and ingest that file with --field and this name");
  }

  @Test
  void givenTheSameFieldTwice_whenMapped_thenRefused() {
    String file = pool.resolve("a.jsonl").toString();
    assertThat(
            CommandRun.of("ingest", file, "--dry-run", "--field", "id=text", "--field", "id=input")
                .err())
        .contains("--field: the field 'id' is given twice");
    assertThat(CommandRun.of("ingest", file, "--dry-run", "--field", "id").err())
        .contains("--field: 'id' is not NAME=COLUMN");
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
        .contains("1 candidate read and not sent, 0 lines invalid");
    assertThat(CommandRun.of("ingest", folder + "/none*", "--dry-run").err())
        .contains("no file matches");
  }
}
