package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.gpuworker.launch.JobText;
import io.sluice.gpuworker.launch.Launcher;
import io.sluice.gpuworker.launch.RunFolder;
import io.sluice.gpuworker.launch.TrainingOrder;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.dataset.FrozenDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One trainer's work on a job: it keeps the outcomes of earlier attempts, adds its own and collects
 * remarks for people. Used by the thread that works on the job.
 */
final class JobAttempt {
  private static final Logger LOG = LoggerFactory.getLogger(JobAttempt.class);
  private static final double NANOS_PER_SECOND = 1e9;

  private final JobSetup setup;
  private final JobControl control;
  private final int number;
  private final List<ArmOutcome> outcomes;
  private final Set<String> remarks = new LinkedHashSet<>();

  /** The ids of the examples that this attempt has trained on, by the label of the run. */
  private final Map<String, Set<String>> trainedOn = new LinkedHashMap<>();

  /**
   * An attempt that begins.
   *
   * @param number of the attempt, from 1: each trainer that takes the job adds 1
   * @param before outcomes of earlier attempts, whose runs are not repeated
   */
  JobAttempt(JobSetup setup, JobControl control, int number, List<ArmOutcome> before) {
    this.setup = setup;
    this.control = control;
    this.number = number;
    this.outcomes = new ArrayList<>(before);
  }

  /** Publishes what the attempt is doing, for reports and logs. */
  void setActivity(String doing) {
    control.setProgress(JobProgress.of(number, doing, outcomes));
  }

  /**
   * Trains and evaluates all runs of the job that have no outcome yet.
   *
   * @return remarks for people, joined; may be empty
   * @throws JobFailedException when the job fails
   * @throws IOException when a file cannot be read or written
   * @throws InterruptedException when the control asks for a stop
   */
  String execute(FrozenDataset dataset)
      throws JobFailedException, IOException, InterruptedException {
    List<ArmRun> runs = ArmRun.of(dataset.job());
    Set<String> known = retracted(dataset);
    for (ArmName empty : ArmRun.emptyArms(dataset.job())) {
      addRemark(
          "the arm %s is empty and was not trained: the first candidate of its order alone has more learnt tokens than the budget's %d"
              .formatted(empty.label(), dataset.job().getBudgetTokens()));
    }
    for (ArmRun run : runs) {
      if (!run.isBase()) {
        checkExamples(dataset, run, known);
      }
    }
    for (ArmRun run : runs) {
      if (!isDone(run)) {
        execute(dataset, run);
      }
    }
    addRemarkOnLateRetractions(dataset, known);
    if (setup.evaluator().isEmpty()) {
      remarks.add("not evaluated, since evaluate=false");
    }
    setActivity("finished");
    return String.join("; ", remarks);
  }

  private void execute(FrozenDataset dataset, ArmRun run)
      throws JobFailedException, IOException, InterruptedException {
    if (control.stopReason().isPresent()) {
      throw new InterruptedException("stopped");
    }
    Optional<RunFolder.Model> trained =
        run.isBase() ? Optional.empty() : Optional.of(train(dataset, run));
    if (setup.evaluator().isPresent()) {
      setActivity("evaluating " + run.label());
      outcomes.add(evaluate(setup.evaluator().get(), dataset, run, trained));
      setActivity("evaluated " + run.label());
    }
  }

  private boolean isDone(ArmRun run) {
    return outcomes.stream().anyMatch(run::isOf);
  }

  private RunFolder.Model train(FrozenDataset dataset, ArmRun run)
      throws JobFailedException, IOException, InterruptedException {
    FineTuneJob job = dataset.job();
    List<DatasetRecord> examples = examples(dataset, run, retracted(dataset));
    requireSome(examples, dataset.of(run.arm()).size(), run);
    String name = setup.launchers().nameFor(job.getLauncher());
    Launcher launcher = setup.launchers().find(name);
    String identity =
        RunHash.of(name + "\0" + launcher.identity(), setup.model(), job, run, examples);
    RunFolder folder = RunFolder.of(setup.output(), job, run, identity);
    Optional<RunFolder.Model> before = folder.finished();
    trainedOn.put(run.label(), ids(examples));
    if (before.isPresent()) {
      addRemark(before.get().remark());
      return before.get();
    }
    setActivity("training " + run.label() + " by " + name);
    LOG.atInfo()
        .addKeyValue("job", job.getJobId())
        .addKeyValue("run", run.label())
        .addKeyValue("launcher", name)
        .addKeyValue("examples", examples.size())
        .addKeyValue("folder", folder.path())
        .log("Training");
    folder.prepare(examples);
    long begin = System.nanoTime();
    Launcher.Trained trained =
        launcher.train(
            new TrainingOrder(job, run, examples, setup.model(), folder, setup.timeLimit()),
            control);
    addRemark(trained.remark());
    return folder.finish(trained, (System.nanoTime() - begin) / NANOS_PER_SECOND);
  }

  private void addRemark(String remark) {
    if (!remark.isEmpty()) {
      remarks.add(remark);
    }
  }

  /** Checks an arm before anything is trained, since training can take long. */
  private void checkExamples(FrozenDataset dataset, ArmRun run, Set<String> retracted)
      throws JobFailedException {
    int all = dataset.of(run.arm()).size();
    List<DatasetRecord> left = examples(dataset, run, retracted);
    if (!isDone(run)) {
      requireSome(left, all, run);
    }
    if (left.size() < all) {
      addRemark(
          "%d of %d examples of arm %s were retracted"
              .formatted(all - left.size(), all, run.armName()));
    }
  }

  private static void requireSome(List<DatasetRecord> left, int all, ArmRun run)
      throws JobFailedException {
    if (left.isEmpty()) {
      throw new JobFailedException(
          "all %d examples of arm %s were retracted: nothing is left to train on"
              .formatted(all, run.armName()));
    }
  }

  /** Remarks on retractions during the work; those known before it have their remarks already. */
  private void addRemarkOnLateRetractions(FrozenDataset dataset, Set<String> known) {
    Set<String> late = dataset.candidates();
    late.retainAll(control.retracted());
    late.removeAll(known);
    if (late.isEmpty()) {
      return;
    }
    List<String> runs =
        trainedOn.entrySet().stream()
            .filter(run -> !Collections.disjoint(run.getValue(), late))
            .map(Map.Entry::getKey)
            .toList();
    addRemark(
        runs.isEmpty()
            ? "%d more examples were retracted meanwhile and left out".formatted(late.size())
            : "%d examples were retracted after %s had begun to train on them: fire the job again to train without"
                .formatted(late.size(), String.join(", ", runs)));
  }

  /** The job's candidates that have been retracted so far. */
  private Set<String> retracted(FrozenDataset dataset) {
    Set<String> retracted = new HashSet<>(dataset.job().getRetracted());
    retracted.addAll(control.retracted());
    return retracted;
  }

  /** The examples of the run's arm without the retracted ones. */
  private static List<DatasetRecord> examples(
      FrozenDataset dataset, ArmRun run, Set<String> retracted) {
    return dataset.of(run.arm()).stream()
        .filter(example -> !retracted.contains(example.getCandidateId()))
        .toList();
  }

  private static Set<String> ids(List<DatasetRecord> examples) {
    return examples.stream()
        .map(DatasetRecord::getCandidateId)
        .collect(Collectors.toUnmodifiableSet());
  }

  private ArmOutcome evaluate(
      Evaluator evaluator, FrozenDataset dataset, ArmRun run, Optional<RunFolder.Model> trained)
      throws JobFailedException, IOException, InterruptedException {
    Optional<Path> folder = trained.map(RunFolder.Model::model);
    List<List<Query>> sets =
        dataset.heldOut().isEmpty()
            ? List.of(dataset.queries())
            : List.of(dataset.queries(), dataset.heldOut());
    List<MeanLoss> losses = evaluator.losses(folder, sets, JobText.of(dataset.job()));
    ArmOutcome.Builder outcome =
        ArmOutcome.newBuilder()
            .setArm(run.arm().kind())
            .setName(run.arm().name())
            .setSeed(run.seed())
            .setQueryLoss(losses.get(0))
            .setHeldOutLoss(losses.subList(1, losses.size()))
            .setTrainingLosses(control.trainingLosses(run));
    trained.ifPresent(
        model ->
            outcome
                .setOutput(model.model().toAbsolutePath().toString())
                .setSeconds(model.seconds())
                .setTokens(model.tokens()));
    return outcome.build();
  }
}
