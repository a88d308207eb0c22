package io.sluice.local.study.run;

import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.FineTuneTrial;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.local.console.LateBar;
import io.sluice.local.console.WorkBar;
import io.sluice.local.study.CellLosses;
import io.sluice.local.study.StudyCell;
import io.sluice.local.study.StudyPage;
import io.sluice.local.study.StudyPlan;
import io.sluice.local.study.StudyPool;
import io.sluice.local.study.StudyResults;
import io.sluice.local.study.StudySelection;
import io.sluice.local.study.StudySubsets;
import io.sluice.local.study.StudyTables;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;

/**
 * Carries out a study.
 *
 * @param plan what is compared
 * @param source the file of the candidates, and how it was read
 * @param candidates all of them, ascending by id, each id once
 * @param tasks those of the plan
 * @param representations those of the plan
 * @param compute what computes the representations
 * @param trial how the model is trained
 */
public record Study(
    StudyPlan plan,
    Source source,
    List<Candidate> candidates,
    List<StudyTask> tasks,
    List<NamedRepresentation> representations,
    ComputeSettings compute,
    FineTuneTrial trial) {
  /** Candidates that are encoded at a time to see whether they can be learnt. */
  private static final int ENCODED_TOGETHER = 1000;

  private static final int NAMED_REASONS = 5;

  /**
   * Where the candidates come from.
   *
   * @param file the file
   * @param reading how it was read, and how much of it
   */
  public record Source(Path file, String reading) {}

  /** Keeps immutable copies of the lists. */
  public Study {
    candidates = List.copyOf(candidates);
    tasks = List.copyOf(tasks);
    representations = List.copyOf(representations);
  }

  /** The files that a study has written. */
  public record Written(Path csv, Path json, Path page) {}

  /**
   * Runs the study, or what is left of it, while showing progress on standard error. Blocks.
   *
   * @param folder keeps what has been computed
   * @param err receives what is left out
   * @throws IOException when a file cannot be used, the folder holds a study of other inputs, or a
   *     training diverges
   * @throws InterruptedException when interrupted
   * @throws IllegalArgumentException when inputs do not fit together
   */
  public Written run(StudyFolder folder, PrintWriter err) throws IOException, InterruptedException {
    plan.requirePool(candidates.size());
    Map<String, String> inputs = inputs();
    folder.require(inputs);
    Map<String, StudyTrainings.EvaluatedTask> evaluated = new LinkedHashMap<>();
    for (StudyTask task : tasks) {
      evaluated.put(
          task.id(),
          new StudyTrainings.EvaluatedTask(
              encoded(task, task.queries()).usable(), encoded(task, task.heldOut()).usable()));
    }
    Map<String, KeptRepresentation> kept = represent(folder);
    int[] indices = usable(kept.values(), err);
    List<Candidate> pool = IntStream.of(indices).mapToObj(candidates::get).toList();
    StudyPool named =
        new StudyPool(
            pool.stream().map(Candidate::getId).toList(),
            pool.stream().map(Candidate::getSource).toList());
    StudySubsets subsets;
    try (LateBar bar = new LateBar("Rankings", (long) tasks.size() * representations.size())) {
      subsets =
          StudySelection.select(
              plan, named, new KeptSimilarities(kept, indices), () -> bar.stepBy(1));
    }
    StudyTrainings trainings = new StudyTrainings(folder, trial, pool, evaluated, plan, subsets);
    Map<StudyCell, CellLosses> losses;
    try (TrainingsBar bar = new TrainingsBar()) {
      losses = trainings.run(bar);
    }
    return write(folder, inputs, new StudyResults(plan, named, subsets, losses));
  }

  private static Written write(StudyFolder folder, Map<String, String> inputs, StudyResults results)
      throws IOException {
    StudyTables tables = new StudyTables(results);
    return new Written(
        folder.write("study.csv", tables.csv()),
        folder.write("study.json", tables.json(inputs)),
        folder.write("study.html", new StudyPage(results).html(inputs)));
  }

  /** What the results depend on, but for the plan. */
  private Map<String, String> inputs() throws IOException {
    Map<String, String> inputs = new LinkedHashMap<>();
    inputs.put("candidates", FolderHash.ofFile(source.file()) + ", " + source.reading());
    FolderHash model = new FolderHash();
    model.add(trial.model(), 1);
    inputs.put("model", model.digits());
    inputs.put("training", training());
    for (StudyTask task : tasks) {
      inputs.put("task " + task.id(), FolderHash.ofFile(task.file()));
    }
    for (NamedRepresentation representation : representations) {
      inputs.put("representation " + representation.name(), representation.identity());
    }
    return inputs;
  }

  private String training() {
    TextForm form = trial.text().form();
    return "LoRA of rank %d, alpha %s, dropout %s on %s; %d epochs in batches of %d; learning rate %s, warm-up %s, weight decay %s, gradients up to %s; %s, %d tokens at most; packs of %d tokens"
            .formatted(
                trial.adapter().rank(),
                trial.adapter().alpha(),
                trial.adapter().dropout(),
                trial.adapter().targets().isEmpty()
                    ? "the default layers"
                    : trial.adapter().targets().stream().sorted().toList(),
                trial.hyper().epochs(),
                trial.hyper().batch(),
                trial.hyper().learningRate(),
                trial.hyper().warmupRatio(),
                trial.hyper().adam().weightDecay(),
                trial.hyper().maxGradientNorm(),
                form instanceof TextForm.Chat chat
                    ? "chat template with the date " + chat.date()
                    : "reference form",
                trial.text().maxLength(),
                trial.compute().packTokens())
        + weights();
  }

  /** How the weights are kept, if not in 32 bits as by studies of earlier versions. */
  private String weights() {
    WeightSettings weights = trial.compute().weights();
    return weights.dtype() == WeightType.FLOAT32
        ? ""
        : "; weights of the base model in %s, multiplied as %s"
            .formatted(weights.dtype().label(), weights.compute().label());
  }

  private EncodedExamples encoded(StudyTask task, List<Query> queries) throws IOException {
    EncodedExamples encoded = trial.encode(queries.stream().map(Text.Question::of).toList());
    if (!encoded.refused().isEmpty()) {
      EncodedExamples.Refused first = encoded.refused().get(0);
      throw new IllegalArgumentException(
          "%s, example %s cannot be evaluated: %s"
              .formatted(task.file(), queries.get(first.index()).getId(), first.reason()));
    }
    return encoded;
  }

  private Map<String, KeptRepresentation> represent(StudyFolder folder) throws IOException {
    Map<String, KeptRepresentation> kept = new LinkedHashMap<>();
    for (NamedRepresentation one : representations) {
      kept.put(
          one.name(),
          new KeptRepresentation(
              one, compute, folder.part("representations", one.name()), candidates));
    }
    long done = kept.values().stream().mapToLong(KeptRepresentation::done).sum();
    long total = (long) candidates.size() * representations.size();
    try (ProgressBar bar = WorkBar.showFrom("Represented", done, total)) {
      for (KeptRepresentation one : kept.values()) {
        bar.setExtraMessage(" " + one.name());
        one.complete(tasks, bar::stepBy);
      }
    }
    return kept;
  }

  /**
   * The candidates that can be trained on and that every representation has vectors of, so that all
   * methods select from the same pool.
   */
  private int[] usable(Iterable<KeptRepresentation> kept, PrintWriter err) throws IOException {
    List<Optional<String>> reasons = new ArrayList<>(unlearnable());
    for (KeptRepresentation one : kept) {
      List<Optional<String>> refusals = one.refusals();
      for (int i = 0; i < reasons.size(); i++) {
        int candidate = i;
        reasons.set(
            i,
            reasons
                .get(i)
                .or(() -> refusals.get(candidate).map(reason -> one.name() + ": " + reason)));
      }
    }
    Map<String, Integer> counts = new TreeMap<>();
    reasons.forEach(reason -> reason.ifPresent(text -> counts.merge(text, 1, Integer::sum)));
    counts.entrySet().stream()
        .limit(NAMED_REASONS)
        .forEach(
            entry ->
                err.printf("%d candidates are left out: %s%n", entry.getValue(), entry.getKey()));
    if (counts.size() > NAMED_REASONS) {
      err.printf("... and others for %d more reasons%n", counts.size() - NAMED_REASONS);
    }
    err.flush();
    return IntStream.range(0, reasons.size()).filter(i -> reasons.get(i).isEmpty()).toArray();
  }

  /** Why each candidate cannot be learnt; empty where it can. */
  private List<Optional<String>> unlearnable() throws IOException {
    List<Optional<String>> reasons = new ArrayList<>();
    for (int begin = 0; begin < candidates.size(); begin += ENCODED_TOGETHER) {
      int from = begin;
      List<Candidate> some =
          candidates.subList(from, Math.min(from + ENCODED_TOGETHER, candidates.size()));
      some.forEach(candidate -> reasons.add(Optional.empty()));
      trial
          .encode(some.stream().map(Text.Conversation::of).toList())
          .refused()
          .forEach(one -> reasons.set(from + one.index(), Optional.of(one.reason())));
    }
    return reasons;
  }
}
