package io.sluice.gpuworker.model.decoder;

import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out why a model's files contain tensors that the model does not use. */
final class UnexpectedTensors {
  /** The last parts of names that GPTQ, AWQ, bitsandbytes, compressed-tensors and fp8 add. */
  private static final Set<String> QUANTIZED =
      Set.of(
          "qweight",
          "qzeros",
          "scales",
          "g_idx",
          "weight_scale",
          "weight_scale_inv",
          "weight_zero_point",
          "weight_packed",
          "weight_shape",
          "input_scale",
          "absmax",
          "nested_absmax",
          "quant_map",
          "nested_quant_map",
          "SCB",
          "weight_format",
          "bitsandbytes__nf4",
          "bitsandbytes__fp4");

  /** Tables that old versions of transformers saved; they follow from the config. */
  private static final String COMPUTED = "rotary_emb.inv_freq";

  private static final Pattern LAYER = Pattern.compile("model\\.layers\\.([0-9]{1,9})\\..*");

  private UnexpectedTensors() {}

  /**
   * Rejects quantized weights.
   *
   * @param file the file or index with the weights, for the message
   */
  static void rejectQuantized(Path file, Set<String> names) throws UnusableModelException {
    Optional<String> quantized =
        names.stream()
            .filter(name -> QUANTIZED.contains(name.substring(name.lastIndexOf('.') + 1)))
            .min(String::compareTo);
    if (quantized.isPresent()) {
      throw new UnusableModelException(
          file
              + " contains "
              + quantized.get()
              + ", so its weights are quantized, which is not supported: use the model from which it was"
              + " quantized, in F32, BF16 or F16");
    }
  }

  /**
   * Rejects tensors that are not used.
   *
   * @param config the config by which the weights were read
   */
  static void reject(DecoderConfig config, Collection<String> unused)
      throws UnusableModelException {
    Optional<String> first =
        new TreeSet<>(unused).stream().filter(name -> !name.endsWith(COMPUTED)).findFirst();
    if (first.isPresent()) {
      throw new UnusableModelException(
          "the weights contain "
              + first.get()
              + ", which the model of config.json does not have: "
              + cause(config, first.get()));
    }
  }

  private static String cause(DecoderConfig config, String name) {
    Matcher layer = LAYER.matcher(name);
    if (layer.matches() && Integer.parseInt(layer.group(1)) >= config.layers().size()) {
      return "num_hidden_layers is "
          + config.layers().size()
          + "; use the config.json that belongs to the weights";
    }
    if (name.endsWith(".bias")) {
      return "check attention_bias, mlp_bias and model_type; use the config.json that belongs to the"
          + " weights";
    }
    return name.contains("lora_")
        ? "merge the adapter into the model"
        : "use the config.json that belongs to the weights, or save the model without this tensor";
  }
}
