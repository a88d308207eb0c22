package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.cli.Sluice;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the command {@code sluice results} against a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class ResultsCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void givenAFinishedJob_whenResultsAreRequested_thenTableJsonAndReportShowThem(
      TestKafka kafka, @TempDir Path folder) throws InterruptedException, IOException {
    List<Candidate> examples = BundledData.make().candidates().subList(0, 8);
    List<Query> queries = BundledData.make().tasks().values().iterator().next();
    FineTuneJob job = FineTuneTopics.job("maths", examples, queries).build();
    try (FineTuneTopics topics = FineTuneTopics.create(kafka, 2)) {
      topics.fire(job, examples, queries);
      topics.fire(FineTuneTopics.job("other", examples, queries).build(), examples, queries);
      topics.report(finished(job));
    }
    Path report = folder.resolve("report.html");

    assertThat(run(kafka, "maths", "--report", report.toString())).isZero();
    assertThat(out.toString().lines())
        .hasSize(3)
        .anyMatch(
            line ->
                line.matches(
                    "maths +4 +finished +selected +1 +8 queries +1\\.5000 ± 0\\.1000 +-1\\.0000 +-"));
    assertThat(Files.readString(report))
        .contains("<svg", "Distance of the subset")
        .doesNotContain("other");

    out.getBuffer().setLength(0);
    assertThat(run(kafka, "maths", "--json")).isZero();
    assertThat(out.toString()).contains("\"difference_to_none\"").doesNotContain("other");

    Path link = Files.createSymbolicLink(folder.resolve("link.html"), report);
    Files.writeString(report, "old");
    assertThat(run(kafka, "maths", "--report", link.toString())).isZero();
    assertThat(link).isSymbolicLink();
    assertThat(report).content().contains("<svg");

    assertThat(run(kafka, "maths", "--report", folder.toString())).isNotZero();
    assertThat(err.toString()).contains("is not a regular file: give --report");
    assertThat(run(kafka, "maths", "--report", folder.resolve("no/r.html").toString())).isNotZero();
    assertThat(err.toString()).contains("no is not a folder: create it first");
    assertThat(run(kafka, "nobody")).isNotZero();
    assertThat(err.toString()).contains("no fine-tune job has fired for task 'nobody'");
    assertThat(run(kafka, "other")).isZero();
    assertThat(err.toString()).contains("No trainer has reported");
  }

  private static FineTuneResult finished(FineTuneJob job) {
    return FineTuneResult.newBuilder()
        .setJobId(job.getJobId())
        .setTaskId(job.getTaskId())
        .setState(FineTuneState.FINISHED)
        .setOutcomes(List.of(outcome(Arm.NONE, 2.5), outcome(Arm.SELECTED, 1.5)))
        .build();
  }

  private static ArmOutcome outcome(Arm arm, double loss) {
    return ArmOutcome.newBuilder()
        .setArm(arm)
        .setSeed(0)
        .setQueryLoss(new MeanLoss(loss, 0.1, 8, List.of()))
        .build();
  }

  private int run(TestKafka kafka, String... args) {
    return Sluice.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(
            Stream.concat(
                    Stream.of(
                        "results",
                        "--bootstrap-servers",
                        kafka.bootstrapServers(),
                        "--schema-registry",
                        kafka.schemaRegistry(),
                        "--topic-prefix",
                        kafka.topics().prefix()),
                    Stream.of(args))
                .toArray(String[]::new));
  }
}
