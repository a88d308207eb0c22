package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.training.EncodedExamples;
import io.sluice.gpuworker.training.Evaluation;
import io.sluice.gpuworker.training.ExampleLosses;
import io.sluice.gpuworker.training.TrainingCompute;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Evaluates PEFT adapters on the base model and Hugging Face folders, whoever wrote them. Texts are
 * always split into tokens by the base model's tokenizer, so that losses can be compared.
 */
final class ModelEvaluator implements Evaluator {
  private final Path base;
  private final TrainingCompute compute;

  /**
   * Of models that come from one base model.
   *
   * @param base its folder
   */
  ModelEvaluator(Path base, TrainingCompute compute) {
    this.base = base;
    this.compute = compute;
  }

  @Override
  public MeanLoss loss(Optional<Path> trained, List<Query> examples, int maxLength)
      throws JobFailedException, IOException, InterruptedException {
    List<Text.Question> texts =
        examples.stream().map(query -> new Text.Question(query.getMessages())).toList();
    EncodedExamples encoded = EncodedExamples.of(base, maxLength, texts);
    if (encoded.usable().isEmpty()) {
      throw new JobFailedException(
          "no query can be evaluated: " + encoded.refused().get(0).reason());
    }
    ExampleLosses losses = evaluation(trained).of(encoded.usable());
    if (!Double.isFinite(losses.mean())) {
      throw new JobFailedException(
          "the loss on the queries is "
              + losses.mean()
              + ": the model's weights are broken, lower the learning rate");
    }
    return new MeanLoss(losses.mean(), losses.standardError(), encoded.usable().size());
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
