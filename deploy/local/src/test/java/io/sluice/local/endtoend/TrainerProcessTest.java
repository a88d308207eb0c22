package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.process.MethodFailure;
import io.sluice.local.process.SluiceProcess;
import io.sluice.local.stack.LocalStack;
import io.sluice.local.stack.RegistryProcess;
import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.Query;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a job is resumed when the process of {@code sluice trainer} ends during it. */
@Tag("broker")
class TrainerProcessTest {
  private static final Topics TOPICS = Topics.withDefaultPrefix();
  private static final String JOB = "task-12-0123456789ab";

  /** The step of the first training at which a device is lost. */
  private static final int LOST_AT_STEP = 3;

  @TempDir private Path folder;

  @Test
  void givenATrainerKilledDuringAJob_whenAnotherRuns_thenItResumesAndTheJobEndsOnce()
      throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    try (LocalStack stack = stack();
        FineTuneTopics topics = topics(stack)) {
      fire(topics, 60);
      try (SluiceProcess first = trainer(stack, model.base(), List.of())) {
        topics.await(
            JOB, report -> report.getOutcomes().size() == 1 && !report.getProgress().isEmpty());
        first.process().destroyForcibly().waitFor();
      }
      try (SluiceProcess second = trainer(stack, model.base(), List.of())) {
        FineTuneResult end = topics.awaitEnd(JOB);

        assertThat(end.getState()).as(end.getDetail()).isEqualTo(FineTuneState.FINISHED);
        assertThat(end.getAttempt()).isEqualTo(2);
        assertThat(end.getOutcomes())
            .extracting(ArmOutcome::getArm)
            .containsExactly(Arm.NONE, Arm.SELECTED, Arm.RANDOM);
        ArmOutcome none = end.getOutcomes().get(0);
        ArmOutcome selected = end.getOutcomes().get(1);
        assertThat(selected.getQueryLoss().getMean())
            .as("training changes the model")
            .isNotEqualTo(none.getQueryLoss().getMean());
        assertThat(Path.of(selected.getOutput()).resolve("adapter_model.safetensors")).exists();
        second.interrupt();
        assertThat(second.exitCode()).isEqualTo(130);
      }
      List<FineTuneResult> reports = topics.reports(JOB);
      assertThat(reports.stream().filter(FineTuneTopics::isEnd)).hasSize(1);
      FineTuneResult resumed =
          reports.stream()
              .filter(report -> report.getAttempt() == 2 && !report.getProgress().isEmpty())
              .findFirst()
              .orElseThrow();
      int reached =
          reports.stream()
              .filter(report -> report.getAttempt() == 1 && !report.getProgress().isEmpty())
              .mapToInt(report -> report.getProgress().get(0).getStep())
              .max()
              .orElseThrow();
      assertThat(resumed.getProgress().get(0).getStep())
          .as("step at which the second trainer resumes, from a checkpoint of the first")
          .isGreaterThanOrEqualTo(reached);
    }
  }

  @Test
  void givenATrainerWhoseDeviceIsLost_whenItEnds_thenItsExitCodeIs75AndAnotherContinuesTheJob()
      throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    try (LocalStack stack = stack();
        FineTuneTopics topics = topics(stack)) {
      fire(topics, 2);
      try (MethodFailure lost = MethodFailure.prepare();
          SluiceProcess first = trainer(stack, model.base(), lost.options())) {
        lost.happen(
            "io.sluice.gpuworker.finetune.BatchGradient",
            "compute",
            LOST_AT_STEP,
            "ai.djl.engine.EngineException",
            "CUDA error: unspecified launch failure");

        assertThat(first.exitCode()).isEqualTo(75);
      }
      List<FineTuneResult> left = topics.reports(JOB);
      assertThat(left).noneMatch(FineTuneTopics::isEnd);
      FineTuneResult last = left.get(left.size() - 1);
      assertThat(last.getDetail())
          .contains("the next trainer continues", "unspecified launch failure");
      assertThat(last.getAttempt()).as("attempts that count").isZero();
      assertThat(last.getOutcomes()).extracting(ArmOutcome::getArm).containsExactly(Arm.NONE);

      try (SluiceProcess second = trainer(stack, model.base(), List.of())) {
        FineTuneResult end = topics.awaitEnd(JOB);

        assertThat(end.getState()).as(end.getDetail()).isEqualTo(FineTuneState.FINISHED);
        assertThat(end.getAttempt()).isEqualTo(1);
        second.interrupt();
        assertThat(second.exitCode()).isEqualTo(130);
      }
      assertThat(topics.reports(JOB).stream().filter(FineTuneTopics::isEnd)).hasSize(1);
    }
  }

  private LocalStack stack() throws Exception {
    return LocalStack.start(
        LocalStack.Settings.in(folder.resolve("stack"), RegistryProcess.distribution()));
  }

  private static FineTuneTopics topics(LocalStack stack) throws Exception {
    return new FineTuneTopics(
        stack.bootstrapServers(),
        AvroSerdes.forRegistry(stack.schemaRegistryUrl()),
        TOPICS,
        partitions(stack));
  }

  private static void fire(FineTuneTopics topics, int epochs) throws IOException {
    BundledData data = BundledData.make();
    List<Candidate> examples = data.candidates().subList(0, 24);
    List<Query> queries = data.tasks().values().iterator().next();
    FineTuneJob job =
        FineTuneTopics.job(JOB, examples, queries)
            .setHyperParameters(
                HyperParameters.newBuilder()
                    .setEpochs(epochs)
                    .setBatchSize(4)
                    .setLearningRate(1e-3)
                    .setMaxLength(128)
                    .setLoraRank(4)
                    .setLoraAlpha(8)
                    .build())
            .build();
    topics.fire(job, examples, queries);
  }

  private SluiceProcess trainer(LocalStack stack, Path model, List<String> options)
      throws IOException {
    Path output = Files.createDirectories(folder.resolve("output"));
    return SluiceProcess.start(
        folder.resolve("tmp"),
        options,
        "trainer",
        "--bootstrap-servers",
        stack.bootstrapServers(),
        "--schema-registry",
        stack.schemaRegistryUrl(),
        "--model",
        model.toString(),
        "--output",
        output.toString(),
        "--set",
        "lease.ms=6000",
        "--set",
        "progress.ms=200",
        "--set",
        "checkpoint.steps=1",
        "--set",
        "threads=1");
  }

  private static int partitions(LocalStack stack) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
      return admin
          .describeTopics(List.of(TOPICS.fineTuneJobs()))
          .allTopicNames()
          .get()
          .get(TOPICS.fineTuneJobs())
          .partitions()
          .size();
    }
  }
}
