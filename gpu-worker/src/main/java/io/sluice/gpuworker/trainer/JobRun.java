package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.validation.TrainingRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work on a job, from its dataset to the losses of all its arms. What an earlier attempt has
 * done is not done again. Blocks: not for the Kafka thread.
 */
final class JobRun implements TrainerLoop.Work {
  private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
  private static final double NANOS = 1e9;

  private final JobTopics topics;
  private final Launchers launchers;
  private final Optional<Evaluator> evaluator;
  private final Path model;
  private final Path output;
  private final Optional<Duration> timeLimit;

  /**
   * Work by settings.
   *
   * @param evaluator none when models are not evaluated
   * @param model folder of the base model
   * @param output folder of all jobs' folders
   * @param timeLimit of one training run; none when empty
   */
  JobRun(
      JobTopics topics,
      Launchers launchers,
      Optional<Evaluator> evaluator,
      Path model,
      Path output,
      Optional<Duration> timeLimit) {
    this.topics = topics;
    this.launchers = launchers;
    this.evaluator = evaluator;
    this.model = model;
    this.output = output;
    this.timeLimit = timeLimit;
  }

  @Override
  public Ending run(FineTuneJob job, RunControl control) {
    control.begin();
    try {
      return attempt(job, control);
    } catch (JobFailedException e) {
      return unlessStopped(control, e.getMessage());
    } catch (IOException e) {
      return unlessStopped(control, FileTrouble.reason(e, output));
    } catch (InterruptedException | InterruptException e) {
      return unlessStopped(control, "the training was interrupted: fire the job again");
    } catch (ServiceFailure e) {
      if (control.stopped().isPresent()) {
        return new Ending.Stopped();
      }
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.atError().addKeyValue("job", job.getJobId()).setCause(e).log("Training broke off");
      return unlessStopped(control, "the training broke off: " + e);
    } finally {
      control.end();
    }
  }

  /** Being stopped makes all kinds of things fail. */
  private static Ending unlessStopped(RunControl control, String reason) {
    return control.stopped().isPresent() ? new Ending.Stopped() : new Ending.Failed(reason);
  }

  private Ending attempt(FineTuneJob job, RunControl control)
      throws JobFailedException, IOException, InterruptedException {
    Optional<FineTuneResult> last = topics.lastReport(job.getJobId());
    if (last.filter(JobRun::isEnd).isPresent()) {
      return new Ending.PassedOver("it has ended already");
    }
    int attempt = last.map(report -> report.getAttempt() + 1).orElse(1);
    List<ArmOutcome> outcomes =
        new ArrayList<>(last.map(FineTuneResult::getOutcomes).orElse(List.of()));
    Set<String> remarks = new LinkedHashSet<>();
    control.tell(new JobProgress(attempt, "reading the dataset", Optional.empty(), outcomes));
    FrozenDataset dataset = dataset(job);
    String launcher = launchers.nameFor(job.getLauncher());
    launchers.find(launcher);
    requireUsable(job);
    for (ArmRun run : ArmRun.of(job)) {
      if (outcomes.stream().anyMatch(run::isOf)) {
        continue;
      }
      requireGoing(control);
      Optional<RunFolder.Model> trained =
          run.arm() == Arm.NONE
              ? Optional.empty()
              : Optional.of(train(dataset, run, launcher, control, attempt, outcomes, remarks));
      if (evaluator.isPresent()) {
        control.tell(
            new JobProgress(attempt, "evaluating " + run.label(), Optional.empty(), outcomes));
        outcomes.add(evaluated(evaluator.get(), dataset, run, trained));
      }
    }
    if (evaluator.isEmpty()) {
      remarks.add("not evaluated, since evaluate=false");
    }
    control.tell(new JobProgress(attempt, "finished", Optional.empty(), outcomes));
    return new Ending.Finished(
        RunFolder.ofJob(output, job).toAbsolutePath().toString(), String.join("; ", remarks));
  }

  private static boolean isEnd(FineTuneResult report) {
    return report.getState() != FineTuneState.STARTED
        && report.getState() != FineTuneState.PROGRESS;
  }

  private FrozenDataset dataset(FineTuneJob job) throws JobFailedException {
    try {
      RunFolder.ofJob(output, job);
      return FrozenDataset.of(job, topics.dataset(job));
    } catch (IllegalArgumentException e) {
      throw new JobFailedException(e.getMessage() + "; fire a new job to train on the subset");
    }
  }

  private void requireUsable(FineTuneJob job) throws JobFailedException {
    List<String> problems = TrainingRules.hyperParameterProblems(job.getHyperParameters());
    if (!problems.isEmpty()) {
      throw new JobFailedException(String.join("; ", problems));
    }
    if (!Files.isDirectory(model)) {
      throw new JobFailedException(
          "the model's folder " + model + " is gone: put it back, or set another model.dir");
    }
  }

  private static void requireGoing(RunControl control) throws InterruptedException {
    if (control.stopped().isPresent()) {
      throw new InterruptedException("stopped");
    }
  }

  private RunFolder.Model train(
      FrozenDataset dataset,
      ArmRun run,
      String launcher,
      RunControl control,
      int attempt,
      List<ArmOutcome> outcomes,
      Set<String> remarks)
      throws JobFailedException, IOException, InterruptedException {
    FineTuneJob job = dataset.job();
    List<DatasetRecord> examples = examples(dataset, run, remarks);
    Launcher by = launchers.find(launcher);
    RunFolder folder =
        RunFolder.of(
            output,
            job,
            run,
            RunIdentity.of(launcher + "\0" + by.identity(), model, job, run, examples));
    Optional<RunFolder.Model> before = folder.finished();
    if (before.isPresent()) {
      remark(before.get(), remarks);
      return before.get();
    }
    control.tell(
        new JobProgress(
            attempt, "training " + run.label() + " by " + launcher, Optional.empty(), outcomes));
    LOG.atInfo()
        .addKeyValue("job", job.getJobId())
        .addKeyValue("run", run.label())
        .addKeyValue("launcher", launcher)
        .addKeyValue("examples", examples.size())
        .addKeyValue("folder", folder.path())
        .log("Training");
    folder.prepare(examples);
    long begin = System.nanoTime();
    Launcher.Trained trained =
        by.train(new TrainingOrder(job, run, examples, model, folder, timeLimit), control);
    RunFolder.Model done = folder.finish(trained, (System.nanoTime() - begin) / NANOS);
    remark(done, remarks);
    return done;
  }

  private static void remark(RunFolder.Model model, Set<String> remarks) {
    if (!model.remark().isEmpty()) {
      remarks.add(model.remark());
    }
  }

  /** What of the arm's part was not retracted. */
  private static List<DatasetRecord> examples(
      FrozenDataset dataset, ArmRun run, Set<String> remarks) throws JobFailedException {
    List<DatasetRecord> part = run.arm() == Arm.RANDOM ? dataset.random() : dataset.selected();
    Set<String> retracted = Set.copyOf(dataset.job().getRetracted());
    List<DatasetRecord> left =
        part.stream().filter(example -> !retracted.contains(example.getCandidateId())).toList();
    String name = run.label().split("-", 2)[0];
    if (left.isEmpty()) {
      throw new JobFailedException(
          "all %d examples of arm %s were retracted: nothing is left to train on"
              .formatted(part.size(), name));
    }
    if (left.size() < part.size()) {
      remarks.add(
          "%d of %d examples of arm %s were retracted and are left out"
              .formatted(part.size() - left.size(), part.size(), name));
    }
    return left;
  }

  private static ArmOutcome evaluated(
      Evaluator evaluator, FrozenDataset dataset, ArmRun run, Optional<RunFolder.Model> trained)
      throws JobFailedException, IOException, InterruptedException {
    int maxLength = dataset.job().getHyperParameters().getMaxLength();
    Optional<Path> folder = trained.map(RunFolder.Model::model);
    ArmOutcome.Builder outcome =
        ArmOutcome.newBuilder()
            .setArm(run.arm())
            .setSeed(run.seed())
            .setQueryLoss(evaluator.loss(folder, dataset.queries(), maxLength));
    if (!dataset.heldOut().isEmpty()) {
      outcome.setHeldOutLoss(List.of(evaluator.loss(folder, dataset.heldOut(), maxLength)));
    }
    trained.ifPresent(
        model ->
            outcome
                .setOutput(model.model().toAbsolutePath().toString())
                .setSeconds(model.seconds())
                .setTokens(model.tokens()));
    return outcome.build();
  }
}
