package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.TokenLosses;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.decoder.Replacements;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures how well a model predicts examples.
 *
 * @param model folder of the model, in Hugging Face format
 * @param adapter folder of a PEFT LoRA adapter for the model; empty to evaluate the model without
 *     an adapter
 * @param compute how it is computed
 */
public record Evaluation(Path model, Optional<Path> adapter, TrainingCompute compute) {
  /**
   * Computes the loss of each example, without dropout. Blocks.
   *
   * @param examples at least one, each with at least one learnt token
   * @throws IOException when the model or the adapter is missing or unusable; the message says why
   * @throws InterruptedException when interrupted
   * @throws IllegalArgumentException when there is no example
   * @throws DeviceFailure when the process cannot use the device any more
   */
  public ExampleLosses of(List<Encoded.Example> examples) throws IOException, InterruptedException {
    int longest = examples.stream().mapToInt(example -> example.ids().length).max().orElse(1);
    return DeviceUse.of(compute.device(), torch -> losses(torch, examples, longest));
  }

  private ExampleLosses losses(Torch torch, List<Encoded.Example> examples, int longest)
      throws IOException, InterruptedException {
    try (OrderedWork work = new OrderedWork(compute.threads(torch))) {
      NDManager manager = torch.manager();
      Optional<LoraCheckpoint> checkpoint =
          adapter.isPresent() ? Optional.of(LoraCheckpoint.open(adapter.get())) : Optional.empty();
      DecoderWeights weights =
          DecoderWeights.open(
              manager,
              model,
              checkpoint.map(LoraCheckpoint::replacements).orElse(Replacements.NONE),
              compute.weights().measured(manager, DecoderWeights.types(model)));
      Decoder decoder = Decoder.load(manager, DecoderConfig.read(model), weights, longest);
      FineTuning.requireKnownTokens(examples, decoder.vocabulary());
      Optional<LoraStack> adapters =
          checkpoint.isPresent()
              ? Optional.of(LoraStack.load(manager, decoder, List.of(checkpoint.get())))
              : Optional.empty();
      List<Supplier<List<Double>>> tasks = new ArrayList<>();
      for (PackedExamples pack : PackedExamples.of(examples, compute.packTokens())) {
        tasks.add(() -> losses(manager, decoder, adapters, pack));
      }
      List<Double> losses = new ArrayList<>();
      work.run(tasks, losses::addAll);
      return new ExampleLosses(losses);
    }
  }

  private static List<Double> losses(
      NDManager manager, Decoder decoder, Optional<LoraStack> adapters, PackedExamples examples) {
    JniUtils.setGradMode(false);
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      Lora lora = adapters.<Lora>map(LoraStack::leaf).orElse(Lora.NONE);
      NDArray logits = decoder.logits(scratch, examples.pack(), lora);
      float[] tokens = TokenLosses.of(scratch, logits, examples.pack().targets()).toFloatArray();
      List<Double> means = new ArrayList<>();
      int next = 0;
      for (int learnt : examples.learnt()) {
        double sum = 0;
        for (int i = 0; i < learnt; i++) {
          sum += tokens[next++];
        }
        means.add(sum / learnt);
      }
      return means;
    }
  }
}
