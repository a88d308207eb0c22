package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.util.List;

/**
 * Supervised fine-tuning: encoded examples in, a checkpoint out.
 *
 * <p>With one seed it takes the steps of the Hugging Face Trainer with PEFT, up to rounding, where
 * there is no dropout: the same first values of a new adapter, the same order of examples, the loss
 * over all learnt tokens of a batch, AdamW, the same schedule.
 *
 * <p>The result is the folder of the last checkpoint: {@code adapter_model.safetensors} and {@code
 * adapter_config.json} of PEFT, or a Hugging Face folder with {@code model.safetensors} where all
 * weights are trained; the tokenizer's files; {@code optimizer_state.safetensors} with the moments
 * by name ({@code NAME.exp_avg}, {@code NAME.exp_avg_sq}) and {@code trainer_state.json}, so it is
 * a warm-up checkpoint too.
 */
public final class FineTuning {
  private final TrainingSettings settings;

  /** Nothing is loaded yet. */
  public FineTuning(TrainingSettings settings) {
    this.settings = settings;
  }

  /**
   * Trains, from the beginning or from the latest checkpoint of this very run, and with the same
   * result. Blocks; uses a GPU where there is one.
   *
   * @param examples at least one, none longer than the hyper-parameters say
   * @param checkpointing where and when checkpoints are left
   * @param listener is told of each step
   * @throws UnusableModelException when model or adapter cannot be used; says why
   * @throws IOException when a file cannot be read or written, or the folder has checkpoints of
   *     another run; none is left half written
   * @throws InterruptedException when interrupted; the checkpoints left are good to go on from
   * @throws IllegalArgumentException when there is no example or one is too long
   */
  public TrainingOutcome run(
      List<Encoded.Example> examples, Checkpointing checkpointing, TrainingListener listener)
      throws IOException, InterruptedException {
    int longest = longest(examples);
    try (Torch torch = Torch.open()) {
      Decoder decoder =
          Decoder.load(
              torch.manager(),
              DecoderConfig.read(settings.model()),
              DecoderWeights.open(torch.manager(), settings.model()),
              longest);
      requireKnown(examples, decoder.vocabulary());
      return new TrainingRun(torch, settings, trainable(decoder), examples, checkpointing, listener)
          .run();
    }
  }

  private int longest(List<Encoded.Example> examples) {
    int longest = examples.stream().mapToInt(example -> example.ids().length).max().orElse(0);
    int limit = settings.hyper().maxLength();
    if (longest == 0 || longest > limit) {
      throw new IllegalArgumentException(
          longest == 0
              ? "no example to train on: give at least one"
              : "an example of " + longest + " tokens: cut examples at " + limit);
    }
    return longest;
  }

  static void requireKnown(List<Encoded.Example> examples, int vocabulary)
      throws UnusableModelException {
    for (Encoded.Example example : examples) {
      for (long id : example.ids()) {
        if (id < 0 || id >= vocabulary) {
          throw new UnusableModelException(
              "token " + id + " is beyond the model's " + vocabulary + ": wrong tokenizer");
        }
      }
    }
  }

  private Trainable trainable(Decoder decoder) throws IOException {
    if (settings.method() instanceof FineTuneMethod.NewAdapter wanted) {
      return LoraTrainable.create(settings.model(), decoder, wanted, settings.hyper().seed());
    }
    return settings.method() instanceof FineTuneMethod.GivenAdapter given
        ? LoraTrainable.open(settings.model(), decoder, given)
        : FullTrainable.of(settings.model(), decoder);
  }
}
