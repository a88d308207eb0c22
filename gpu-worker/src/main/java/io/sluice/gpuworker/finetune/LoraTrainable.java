package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.decoder.Pack;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraLayout;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** Trains a LoRA adapter; the weights of the model stay frozen. */
final class LoraTrainable implements Trainable {
  private final Path model;
  private final Decoder decoder;
  private final LoraLayout layout;
  private final float scaling;
  private final double dropout;
  private final float[] initial;
  private final ObjectNode config;
  private final Set<String> modules;

  private LoraTrainable(
      Path model,
      Decoder decoder,
      LoraLayout layout,
      float scaling,
      double dropout,
      float[] initial,
      ObjectNode config) {
    this.model = model;
    this.decoder = decoder;
    this.layout = layout;
    this.scaling = scaling;
    this.dropout = dropout;
    this.initial = initial;
    this.config = config;
    modules =
        layout.blocks().stream()
            .map(LoraLayout.Block::module)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Creates a new adapter.
   *
   * @param seed seed of the adapter's initial values
   * @throws IOException when the model has no layer with one of the target names
   */
  static LoraTrainable create(
      Path model, Decoder decoder, FineTuneMethod.NewAdapter wanted, long seed) throws IOException {
    Set<String> targets =
        wanted.targets().isEmpty() ? LoraLayout.defaultTargets(model) : wanted.targets();
    LoraLayout layout = LoraLayout.of(decoder, wanted.rank(), targets);
    return new LoraTrainable(
        model,
        decoder,
        layout,
        (float) (wanted.alpha() / wanted.rank()),
        wanted.dropout(),
        LoraInitialization.values(layout, seed),
        PeftConfig.of(model, wanted, targets));
  }

  /**
   * Opens an existing adapter to continue its training.
   *
   * @throws IOException when the adapter is missing, unusable or for another model
   */
  static LoraTrainable open(Path model, Decoder decoder, FineTuneMethod.GivenAdapter given)
      throws IOException {
    LoraCheckpoint adapter = LoraCheckpoint.open(given.folder());
    LoraLayout layout = LoraLayout.of(decoder, adapter);
    return new LoraTrainable(
        model,
        decoder,
        layout,
        adapter.scaling(),
        given.dropout(),
        adapter.values(layout),
        PeftConfig.of(model, given));
  }

  @Override
  public List<TrainedParameter> parameters() {
    return layout.parameters().stream()
        .map(
            p ->
                new TrainedParameter(
                    p.name(), p.stored(), List.of(p.rows(), p.columns()), p.offset()))
        .toList();
  }

  @Override
  public float[] initial() {
    return initial.clone();
  }

  @Override
  public OptionalDouble scaling() {
    return OptionalDouble.of(scaling);
  }

  @Override
  public Weights onDevice(NDManager manager, float[] values) {
    LoraStack stack = LoraStack.of(manager, layout, values, scaling);
    return seed -> new Pass(stack.leaf(), seed);
  }

  @Override
  public String file() {
    return "adapter_model.safetensors";
  }

  @Override
  public void writeConfig(Path folder) throws IOException {
    ModelFiles.writeJson(folder.resolve("adapter_config.json"), config);
    ModelFiles.copyTokenizer(model, folder);
  }

  private final class Pass implements Graph {
    private final LoraStack.Leaf leaf;
    private final Lora lora;

    private Pass(LoraStack.Leaf leaf, long seed) {
      this.leaf = leaf;
      lora = dropout > 0 ? new DropoutLora(leaf, modules, dropout, seed) : leaf;
    }

    @Override
    public NDArray logits(NDManager scratch, Pack pack) {
      return decoder.logits(scratch, pack, lora);
    }

    @Override
    public NDArray gradient() {
      return leaf.gradient();
    }
  }
}
