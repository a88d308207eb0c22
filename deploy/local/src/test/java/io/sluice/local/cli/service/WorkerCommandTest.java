package io.sluice.local.cli.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.worker.WorkerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class WorkerCommandTest {
  private final List<WorkerConfig> opened = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void givenAFileOptionsAndSet_whenRun_thenSetWinsOverOptionsOverTheFile(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("worker.properties");
    Files.writeString(
        file,
        """
        bootstrap.servers=file:9092
        schema.registry.url=http://file:8081
        model.dir=/file
        representation.id=from-file
        topic.prefix=from-file.
        """);

    int exit =
        run(
            "--config",
            file.toString(),
            "--representation-id",
            "from-option",
            "--topic-prefix",
            "from-option.",
            "--checkpoint",
            "/c1",
            "/c2",
            "--checkpoint",
            "/c3",
            "--set",
            "topic.prefix=from-set.",
            "--set",
            "max.length=64");

    assertThat(exit).as("the representer could not be opened").isEqualTo(1);
    assertThat(err.toString())
        .as("before Kafka, whose address is wrong, is looked for")
        .contains("no model here");
    WorkerConfig config = opened.get(0);
    assertThat(config.representationId()).isEqualTo("from-option");
    assertThat(config.topics().prefix()).isEqualTo("from-set.");
    assertThat(config.representationSettings().folder()).isEqualTo(Path.of("/file"));
    assertThat(config.representationSettings().checkpoints())
        .containsExactly(Path.of("/c1"), Path.of("/c2"), Path.of("/c3"));
    assertThat(config.representationSettings().text().maxLength()).isEqualTo(64);
  }

  @Test
  void givenASettingIsMissing_whenRun_thenWrongUsageThatNamesIt() {
    int exit = run("--bootstrap-servers", "x:1", "--schema-registry", "mock://x", "--model", "/m");

    assertThat(exit).isEqualTo(2);
    assertThat(err.toString()).contains("checkpoint.dirs").contains("--config");
    assertThat(opened).isEmpty();
  }

  @Test
  void givenListSettings_whenRun_thenEachIsPrintedWithItsDefault() {
    assertThat(run("--list-settings")).isZero();

    assertThat(out.toString())
        .contains(WorkerConfig.definition().names())
        .contains("default: 32768; valid: 8 to 262144, a multiple of 8");
  }

  private int run(String... args) {
    WorkerCommand command =
        new WorkerCommand(
            config -> {
              opened.add(config);
              throw new IOException("no model here");
            });
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
