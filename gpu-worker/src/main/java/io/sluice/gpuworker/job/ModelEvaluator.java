package io.sluice.gpuworker.job;

import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.Evaluation;
import io.sluice.gpuworker.finetune.ExampleLosses;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Evaluates PEFT adapters for the base model and complete Hugging Face models, whichever launcher
 * wrote them. All texts are tokenized by the base model's tokenizer, so that losses can be
 * compared.
 */
public final class ModelEvaluator implements Evaluator {
  /**
   * With more examples than this only the mean is reported, to keep reports far below Kafka's
   * limit.
   */
  public static final int MAX_REPORTED_LOSSES = 1000;

  private final Path base;
  private final TrainingCompute compute;

  /**
   * Evaluates models that were trained from one base model.
   *
   * @param base folder of the base model
   */
  public ModelEvaluator(Path base, TrainingCompute compute) {
    this.base = base;
    this.compute = compute;
  }

  @Override
  public List<MeanLoss> losses(Optional<Path> trained, List<List<Query>> sets, TextSettings text)
      throws JobFailedException, IOException, InterruptedException {
    List<Text.Question> texts = sets.stream().flatMap(List::stream).map(Text.Question::of).toList();
    EncodedExamples encoded = EncodedExamples.of(base, text, texts);
    List<Integer> usable = usable(encoded, sets);
    List<Double> each = evaluation(trained).of(encoded.usable()).each();
    List<MeanLoss> means = new ArrayList<>();
    int next = 0;
    for (int count : usable) {
      means.add(mean(new ExampleLosses(each.subList(next, next + count))));
      next += count;
    }
    return means;
  }

  /** How many examples of each set can be evaluated, at least one per set. */
  private static List<Integer> usable(EncodedExamples encoded, List<List<Query>> sets)
      throws JobFailedException {
    List<Integer> counts = new ArrayList<>();
    int begin = 0;
    for (List<Query> set : sets) {
      int from = begin;
      int end = begin + set.size();
      List<EncodedExamples.Refused> refused =
          encoded.refused().stream()
              .filter(example -> example.index() >= from && example.index() < end)
              .toList();
      if (refused.size() == set.size()) {
        throw new JobFailedException("no query can be evaluated: " + refused.get(0).reason());
      }
      counts.add(set.size() - refused.size());
      begin = end;
    }
    return counts;
  }

  private static MeanLoss mean(ExampleLosses losses) throws JobFailedException {
    if (!Double.isFinite(losses.mean())) {
      throw new JobFailedException(
          "the loss on the queries is "
              + losses.mean()
              + ": the model's weights are broken, lower the learning rate");
    }
    int examples = losses.each().size();
    List<Float> reported =
        examples > MAX_REPORTED_LOSSES
            ? List.of()
            : losses.each().stream().map(Double::floatValue).toList();
    return new MeanLoss(losses.mean(), losses.standardError(), examples, reported);
  }

  private Evaluation evaluation(Optional<Path> trained) throws JobFailedException {
    if (trained.isEmpty()) {
      return new Evaluation(base, Optional.empty(), compute);
    }
    if (Files.exists(trained.get().resolve("adapter_config.json"))) {
      return new Evaluation(base, trained, compute);
    }
    if (Files.exists(trained.get().resolve("config.json"))) {
      return new Evaluation(trained.get(), Optional.empty(), compute);
    }
    throw new JobFailedException(
        trained.get()
            + " holds neither adapter_config.json of PEFT nor config.json of a Hugging Face folder,"
            + " so it cannot be evaluated: have the launcher write one, or set evaluate=false");
  }
}
