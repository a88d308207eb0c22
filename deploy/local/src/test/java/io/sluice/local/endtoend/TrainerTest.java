package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.trainer.Trainer;
import io.sluice.gpuworker.trainer.TrainerConfig;
import io.sluice.gpuworker.trainer.TrainerSettings;
import io.sluice.local.bundled.BundledData;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobState;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the trainer with the command launcher on a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class TrainerTest {
  private static final int PARTITIONS = 2;

  @TempDir private Path folder;
  private final List<Candidate> examples = BundledData.make().candidates().subList(0, 8);
  private final List<Query> queries = BundledData.make().tasks().values().iterator().next();
  private TestKafka kafka;
  private FineTuneTopics topics;

  @BeforeEach
  void createTopics(TestKafka given) throws InterruptedException {
    kafka = given;
    topics = FineTuneTopics.create(kafka, PARTITIONS);
  }

  @AfterEach
  void closeTopics() {
    topics.close();
  }

  @Test
  void givenBadJobsAndGoodOnes_whenRun_thenTheBadOnesFailWithTheirReasonsAndTheGoodOnesFinish()
      throws IOException {
    fire(FineTuneTopics.job("unknown", examples, queries).setLauncher("slurm").build());
    topics.put(FineTuneTopics.job("empty", examples, queries).build());
    FineTuneJob cancelled = FineTuneTopics.job("cancelled", examples, queries).build();
    fire(cancelled);
    topics.put(FineTuneJob.newBuilder(cancelled).setState(JobState.CANCELLED).build());
    fire(
        FineTuneTopics.job("retracted", examples, queries)
            .setRetracted(List.of(examples.get(1).getId()))
            .build());
    fire(
        FineTuneTopics.job("good", examples, queries)
            .setSeeds(List.of(1, 2))
            .setArms(List.of(FineTuneTopics.arm("rds", examples, 3)))
            .build());

    try (Trainer trainer = trainer("sh -c 'cp \"$1\" \"$2/weights\"' run {dataset} {output}")) {
      trainer.start();
      FineTuneResult good = topics.awaitEnd("good");
      FineTuneResult retracted = topics.awaitEnd("retracted");
      assertThat(topics.awaitEnd("unknown").getDetail()).contains("'slurm'").contains("command");
      assertThat(topics.awaitEnd("empty").getDetail()).contains("SELECTED");

      assertThat(good.getState()).as(good.getDetail()).isEqualTo(FineTuneState.FINISHED);
      assertThat(good.getDetail()).contains("evaluate=false");
      try (var runs = Files.list(Path.of(good.getOutput()))) {
        assertThat(runs)
            .as("models of three arms and two seeds")
            .hasSize(6)
            .allMatch(run -> Files.exists(run.resolve("model/weights")));
      }
      assertThat(retracted.getDetail()).contains("1 of 4 examples of arm selected");
    }
    assertThat(topics.reports("cancelled")).isEmpty();
  }

  @Test
  void givenARunningJob_whenCancelled_thenTheCommandIsKilledAndTheNextJobRuns() throws Exception {
    FineTuneJob slow = FineTuneTopics.job("slow", examples, queries).build();
    fire(slow);
    Path pid = folder.resolve("pid");
    String line =
        "sh -c 'echo model > \"$1/weights\"; [ $2 != slow ] || { echo $$ > \"$3.w\"; mv \"$3.w\" \"$3\"; exec sleep 60; }' run {output} {job} "
            + pid;
    try (Trainer trainer = trainer(line)) {
      trainer.start();
      WorkerTopics.await(() -> Files.exists(pid));
      fire(FineTuneTopics.job("next", examples, queries).build());
      topics.put(
          FineTuneJob.newBuilder(slow)
              .setState(JobState.CANCELLED)
              .setDetail("cancelled on request")
              .build());

      FineTuneResult end = topics.awaitEnd("slow");
      assertThat(end.getState()).isEqualTo(FineTuneState.CANCELLED);
      assertThat(end.getDetail()).isEqualTo("cancelled on request");
      assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))).isEmpty();
      assertThat(topics.awaitEnd("next").getState()).isEqualTo(FineTuneState.FINISHED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void givenARunningJob_whenTheTrainerIsClosed_thenTheNextTrainerFinishesIt(String protocol)
      throws IOException {
    fire(FineTuneTopics.job("handed-on", examples, queries).build());
    Path begun = folder.resolve("begun");
    try (Trainer first = trainer("sh -c 'echo > \"$1\"; sleep 60' run " + begun, protocol)) {
      first.start();
      WorkerTopics.await(() -> Files.exists(begun));
    }
    assertThat(topics.reports("handed-on"))
        .last()
        .satisfies(report -> assertThat(report.getDetail()).contains("the next one continues"));

    try (Trainer second = trainer("sh -c 'echo > \"$1/weights\"' run {output}", protocol)) {
      second.start();
      FineTuneResult end = topics.awaitEnd("handed-on");
      assertThat(end.getState()).isEqualTo(FineTuneState.FINISHED);
      assertThat(end.getAttempt()).isEqualTo(2);
    }
  }

  @Test
  void givenALauncherThatIsNotConfigured_whenTheTrainerIsCreated_thenTheErrorSaysWhatIsMissing() {
    assertThatThrownBy(() -> trainer(""))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("launcher=command")
        .hasMessageContaining("command.line");
  }

  private void fire(FineTuneJob job) {
    topics.fire(job, examples, queries);
  }

  private Trainer trainer(String commandLine) throws IOException {
    return trainer(commandLine, "classic");
  }

  private Trainer trainer(String commandLine, String groupProtocol) throws IOException {
    Map<String, Object> settings = new HashMap<>();
    settings.put("group.protocol", groupProtocol);
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    settings.put("schema.registry.url", kafka.schemaRegistry());
    settings.put("topic.prefix", kafka.topics().prefix());
    settings.put(
        TrainerSettings.MODEL_DIR.key(),
        Files.createDirectories(folder.resolve("model")).toString());
    settings.put(TrainerSettings.OUTPUT_DIR.key(), folder.resolve("output").toString());
    settings.put(TrainerSettings.LAUNCHER.key(), "command");
    settings.put(TrainerSettings.COMMAND_LINE.key(), commandLine);
    settings.put(TrainerSettings.EVALUATE.key(), "false");
    settings.put(TrainerSettings.PROGRESS_MS.key(), "200");
    return new Trainer(new TrainerConfig(settings));
  }
}
