package io.sluice.gpuworker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.launch.FrozenJobFixture;
import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.gpuworker.launch.Launcher;
import io.sluice.gpuworker.launch.Launchers;
import io.sluice.gpuworker.launch.RunControl;
import io.sluice.gpuworker.launch.TrainingOrder;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.MeanLoss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a job with a fake launcher and a fake evaluator, and records their calls. */
final class JobFixture {
  /** What each training reports of its two steps. */
  static final List<Double> STEP_LOSSES = List.of(2.5, 1.25);

  static final MeanLoss LOSS = new MeanLoss(1.5, 0.1, 2, List.of(1.4f, 1.6f));

  final FrozenJobFixture frozen = FrozenJobFixture.job("maths-4-a");
  final List<TrainingOrder> trained = new ArrayList<>();
  final List<Path> evaluated = new ArrayList<>();
  final JobControl control = new JobControl();

  /** The job's last report. */
  Optional<FineTuneResult> last = Optional.empty();

  /** The records of the job's dataset that the topic has. */
  List<DatasetRecord> dataset = frozen.dataset();

  private final Path folder;

  /** Creates the folder of the base model. */
  JobFixture(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(model());
  }

  /** Another trainer with the same folders, which has not worked on the job yet. */
  JobFixture nextTrainer() {
    try {
      return new JobFixture(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the fake launcher does for a run. */
  interface Training {
    Launcher.Trained of(TrainingOrder order)
        throws JobFailedException, IOException, InterruptedException;
  }

  /** A training that writes a complete model. */
  Training writing() {
    return order -> {
      order.folder().clearWriting();
      Files.writeString(order.folder().writing().resolve("weights"), "whole");
      return new Launcher.Trained(order.folder().writing(), 100, "");
    };
  }

  /** Runs a job that may be taken three times. */
  JobOutcome run(FineTuneJob job, Training training) {
    Launcher launcher =
        new Launcher() {
          @Override
          public String identity() {
            return "";
          }

          @Override
          public Trained train(TrainingOrder order, RunControl watched)
              throws JobFailedException, IOException, InterruptedException {
            trained.add(order);
            watched.step(order.run(), 1, 2, STEP_LOSSES.get(0), 10);
            watched.step(order.run(), 2, 2, STEP_LOSSES.get(1), 10);
            return training.of(order);
          }
        };
    JobTopics topics =
        new JobTopics() {
          @Override
          public Optional<FineTuneResult> lastReport(String jobId) {
            return last;
          }

          @Override
          public List<DatasetRecord> dataset(FineTuneJob of) {
            return dataset;
          }
        };
    Evaluator evaluator =
        (model, sets, maxLength) -> {
          model.ifPresent(evaluated::add);
          return sets.stream().map(set -> LOSS).toList();
        };
    return new JobRun(
            topics,
            new JobSetup(
                new Launchers(Map.of("test", launcher), "test"),
                Optional.of(evaluator),
                model(),
                output(),
                Optional.empty(),
                3))
        .run(job, control);
  }

  FineTuneResult report(FineTuneState state, int attempt, List<ArmOutcome> outcomes) {
    return FineTuneResult.newBuilder()
        .setJobId(frozen.job().getJobId())
        .setTaskId("maths")
        .setState(state)
        .setAttempt(attempt)
        .setOutcomes(outcomes)
        .build();
  }

  List<ArmOutcome> outcomes() {
    return control.progress().orElseThrow().outcomes();
  }

  static List<String> ids(TrainingOrder order) {
    return order.examples().stream().map(DatasetRecord::getCandidateId).toList();
  }

  static String reason(JobOutcome outcome) {
    assertThat(outcome).isInstanceOf(JobOutcome.Failed.class);
    return ((JobOutcome.Failed) outcome).reason();
  }

  Path model() {
    return folder.resolve("base");
  }

  Path output() {
    return folder.resolve("output");
  }
}
