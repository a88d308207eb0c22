package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.Replacements;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Supervised fine-tuning of a model on encoded examples.
 *
 * <p>Without dropout, a run takes the same steps as the Hugging Face Trainer with PEFT does with
 * the same seed, up to rounding: the same initial values of a new adapter, the same order of
 * examples, the loss over all learnt tokens of a batch, AdamW, and the same schedule.
 *
 * <p>The result is the folder of the last checkpoint. It contains {@code adapter_model.safetensors}
 * and {@code adapter_config.json} as PEFT writes them, or, when all weights are trained, a complete
 * model in Hugging Face format with {@code model.safetensors}; the tokenizer's files; {@code
 * optimizer_state.safetensors} with the optimizer's moments by name ({@code NAME.exp_avg}, {@code
 * NAME.exp_avg_sq}); and {@code trainer_state.json}. It can therefore also be used as a warm-up
 * checkpoint.
 */
public final class FineTuning {
  private final TrainingSettings settings;

  /** Creates a fine-tuning; {@link #run} loads the model. */
  public FineTuning(TrainingSettings settings) {
    this.settings = settings;
  }

  /**
   * Trains from the beginning, or continues from the latest checkpoint of the same run; the result
   * is the same. Blocks.
   *
   * @param examples at least one, none longer than the length limit of the hyper-parameters
   * @param checkpointing where and when checkpoints are written
   * @param listener called after each step, on the calling thread
   * @throws UnusableModelException when the model or the adapter is unusable; the message says why
   * @throws IOException when a file cannot be read or written, or the folder contains checkpoints
   *     of another run. No incomplete checkpoint is left behind.
   * @throws InterruptedException when interrupted; the next run can continue from the checkpoints
   *     written so far
   * @throws IllegalArgumentException when there is no example or one is too long, or all weights
   *     are to be trained and kept in 16 bits
   * @throws IllegalStateException when the engine fails, for example for lack of memory
   * @throws DeviceFailure when the process cannot use the device any more
   */
  public TrainingOutcome run(
      List<Encoded.Example> examples, Checkpointing checkpointing, TrainingListener listener)
      throws IOException, InterruptedException {
    int longest = longest(examples);
    requireWideIfTrained();
    DecoderConfig config = DecoderConfig.read(settings.model());
    requireNone("attention_dropout", config.attentionDropout());
    requireNone("resid_pdrop", config.residualDropout());
    return DeviceUse.of(
        settings.compute().device(),
        torch -> {
          WeightSettings weights =
              weights(checkpointing)
                  .measured(torch.manager(), DecoderWeights.types(settings.model()));
          Decoder decoder =
              Decoder.load(
                  torch.manager(),
                  config,
                  DecoderWeights.open(
                      torch.manager(), settings.model(), Replacements.NONE, weights),
                  longest);
          requireKnownTokens(examples, decoder.vocabulary());
          return new TrainingRun(
                  torch,
                  settings.with(weights),
                  trainable(decoder),
                  examples,
                  checkpointing,
                  listener)
              .run();
        });
  }

  /** A run goes on as it began, whatever a measurement would say now. */
  private WeightSettings weights(Checkpointing checkpointing) throws IOException {
    WeightSettings wanted = settings.compute().weights();
    Optional<String> began =
        wanted.compute() == ProductType.AUTO
            ? CheckpointFolder.setting(checkpointing.folder(), RunIdentity.COMPUTE)
            : Optional.empty();
    return began
        .map(compute -> new WeightSettings(wanted.dtype(), ProductType.of(compute)))
        .orElse(wanted);
  }

  /**
   * Updates of the usual size are below half of the distance between two numbers of 16 bits, so
   * that weights of 16 bits would never change.
   */
  private void requireWideIfTrained() {
    WeightType dtype = settings.compute().weights().dtype();
    if (settings.method() instanceof FineTuneMethod.AllWeights && dtype != WeightType.FLOAT32) {
      throw new IllegalArgumentException(
          "dtype "
              + dtype.label()
              + ": weights that are trained are kept in 32 bits, use dtype float32, or train an"
              + " adapter");
    }
  }

  private void requireNone(String dropout, double value) throws UnusableModelException {
    if (value > 0) {
      throw new UnusableModelException(
          settings.model()
              + ": "
              + dropout
              + " in config.json is "
              + value
              + ", which training does not support: set it to 0");
    }
  }

  private int longest(List<Encoded.Example> examples) {
    int longest = examples.stream().mapToInt(example -> example.ids().length).max().orElse(0);
    int limit = settings.hyper().maxLength();
    if (longest == 0 || longest > limit) {
      throw new IllegalArgumentException(
          longest == 0
              ? "no example to train on: give at least one"
              : "an example has " + longest + " tokens: truncate examples to " + limit);
    }
    return longest;
  }

  static void requireKnownTokens(List<Encoded.Example> examples, int vocabulary)
      throws UnusableModelException {
    for (Encoded.Example example : examples) {
      for (long id : example.ids()) {
        if (id < 0 || id >= vocabulary) {
          throw new UnusableModelException(
              "token "
                  + id
                  + " is not in the model's vocabulary of "
                  + vocabulary
                  + " tokens: use the tokenizer that belongs to this model");
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
