package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Measures what it is worth to train a model on some examples: trains new adapters with the same
 * settings, and computes the losses of the results on other examples.
 *
 * @param model folder of the base model, in Hugging Face format
 * @param text how all examples become tokens
 * @param adapter the adapter that is trained
 * @param hyper the hyper-parameters; each training has a seed of its own
 * @param compute the threads and the size of packs
 */
public record FineTuneTrial(
    Path model,
    TextSettings text,
    FineTuneMethod.NewAdapter adapter,
    TrainingHyperParameters hyper,
    TrainingCompute compute) {
  /**
   * Encodes examples as tokens of the model.
   *
   * @throws IOException when the tokenizer or the chat template is missing or unusable
   */
  public EncodedExamples encode(List<? extends Text> texts) throws IOException {
    return EncodedExamples.of(model, text, texts);
  }

  /**
   * Trains a new adapter. Blocks. Training that was interrupted continues from the checkpoints in
   * the folder.
   *
   * @param examples at least one
   * @param folder receives the checkpoints, of which the latest is kept
   * @param listener called after each step, on the calling thread
   * @return folder of the adapter
   * @throws IOException when a file cannot be read or written, or training diverges; the message
   *     says why
   * @throws InterruptedException when interrupted
   */
  public Path train(
      List<Encoded.Example> examples, long seed, Path folder, TrainingListener listener)
      throws IOException, InterruptedException {
    return new FineTuning(new TrainingSettings(model, adapter, hyper.withSeed(seed), compute))
        .run(examples, Checkpointing.latest(folder), listener)
        .finished()
        .checkpoint();
  }

  /**
   * Computes the loss of each example, see {@link Evaluation#of}.
   *
   * @param trained folder of an adapter; empty for the model without one
   */
  public ExampleLosses losses(Optional<Path> trained, List<Encoded.Example> examples)
      throws IOException, InterruptedException {
    return new Evaluation(model, trained, compute).of(examples);
  }
}
