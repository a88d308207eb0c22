package io.sluice.local.quickstart;

import io.sluice.gpuworker.finetune.ExampleLosses;
import io.sluice.gpuworker.finetune.FineTuneMethod;
import io.sluice.gpuworker.finetune.FineTuneTrial;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.finetune.TrainingHyperParameters;
import io.sluice.gpuworker.finetune.TrainingListener;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.streams.client.Subset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Measures what a selected subset is worth: the loss on a task's queries of the model without
 * fine-tuning, after training on a random subset of equal size, and after training on the selected
 * subset.
 *
 * <p>Each seed draws another random subset (algorithm {@code random:SEED}). The trainings of a seed
 * begin with the same new adapter and use the same random order of examples. The loss on a query is
 * the mean over the seeds. Used by one thread.
 */
public final class Comparison {
  private static final FineTuneMethod.NewAdapter ADAPTER =
      new FineTuneMethod.NewAdapter(8, 32, 0.1, Set.of());
  private static final TrainingHyperParameters HYPER =
      TrainingHyperParameters.DEFAULT.withEpochs(4).withBatch(16).withLearningRate(2e-3);

  private final Outcome outcome;
  private final FineTuneTrial trial;
  private final Path folder;
  private final ProgressDisplay display;

  /**
   * Creates a comparison of the subsets of a quickstart.
   *
   * @param features how examples become tokens, how the model's weights are kept, and where it is
   *     trained
   * @param folder an existing folder, where the trained adapters are written
   * @param display shows what is being trained
   */
  public Comparison(
      Outcome outcome, QuickstartPlan.Features features, Path folder, ProgressDisplay display) {
    this.outcome = outcome;
    this.trial =
        trial(
            outcome.pool().model(),
            features.text(),
            TrainingCompute.ofMachine().on(features.devices(), features.weights()));
    this.folder = folder;
    this.display = display;
  }

  /** The trainings that suit the bundled model, see {@link #settings}. */
  public static FineTuneTrial trial(Path model, TextSettings text, TrainingCompute compute) {
    return new FineTuneTrial(model, text, ADAPTER, HYPER.withMaxLength(text.maxLength()), compute);
  }

  /** Describes, in words for people, how the model is trained. */
  public static String settings() {
    return "LoRA of rank %d, %d epochs in batches of %d, learning rate %s"
        .formatted(ADAPTER.rank(), HYPER.epochs(), HYPER.batch(), HYPER.learningRate());
  }

  /**
   * Compares the arms of a task, with subsets of its largest budget. This trains twice per seed.
   *
   * @param seeds number of seeds, at least 1; the seeds are 0 to seeds - 1
   * @throws IOException when a file cannot be read or written, or training fails; the message says
   *     why
   * @throws InterruptedException when the thread is interrupted while it trains
   */
  public Arms of(Outcome.Task task, int seeds) throws IOException, InterruptedException {
    Subset subset = task.subset();
    String name = subset.task().getTaskId();
    int budget = subset.entries().size();
    List<Encoded.Example> queries =
        trial.encode(subset.task().getQueries().stream().map(Text.Question::of).toList()).usable();
    List<Text.Conversation> chosen =
        subset.entries().stream()
            .map(Subset.Entry::instruction)
            .map(of -> new Text.Conversation(of.getMessages(), of.getTools()))
            .toList();
    SeedMean random = new SeedMean();
    SeedMean selected = new SeedMean();
    for (int seed = 0; seed < seeds; seed++) {
      display.phase("%s, seed %d: training on the selected subset".formatted(name, seed));
      selected.add(trained(chosen, seed, queries));
      display.phase("%s, seed %d: training on a random subset".formatted(name, seed));
      random.add(trained(RandomSubset.draw(outcome.pool(), budget, seed), seed, queries));
    }
    return new Arms(
        name, budget, trial.losses(Optional.empty(), queries), random.mean(), selected.mean());
  }

  private ExampleLosses trained(
      List<Text.Conversation> texts, int seed, List<Encoded.Example> queries)
      throws IOException, InterruptedException {
    Path adapter =
        trial.train(
            trial.encode(texts).usable(),
            seed,
            Files.createTempDirectory(folder, "run"),
            TrainingListener.NONE);
    return trial.losses(Optional.of(adapter), queries);
  }
}
