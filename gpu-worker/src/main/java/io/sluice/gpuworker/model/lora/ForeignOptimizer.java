package io.sluice.gpuworker.model.lora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Recognises the states of optimizers that cannot be used, so that messages name the cause. */
final class ForeignOptimizer {
  /** What the fields of a parameter's state show; the first that applies is the cause. */
  private static final List<Map.Entry<Set<String>, String>> FIELDS =
      List.of(
          Map.entry(
              Set.of("state1", "state2", "absmax1", "absmax2", "qmap1", "qmap2", "gnorm_vec"),
              "is the state of an 8-bit or paged optimizer of bitsandbytes"),
          Map.entry(Set.of("exp_avg_sq_row", "exp_avg_sq_col", "RMS"), "is the state of Adafactor"),
          Map.entry(Set.of("momentum_buffer"), "is the state of SGD"),
          Map.entry(Set.of("exp_inf"), "is the state of Adamax"),
          Map.entry(Set.of("square_avg"), "is the state of RMSprop"),
          Map.entry(Set.of("sum"), "is the state of Adagrad"),
          Map.entry(Set.of("max_exp_avg_sq"), "is the state of AMSGrad"));

  private static final String ADAMW = "train with AdamW (optim adamw_torch or adamw_torch_fused)";

  private ForeignOptimizer() {}

  /**
   * What a parameter's state says about its optimizer, as a phrase with what to do; empty for the
   * state of Adam.
   */
  static Optional<String> inState(Set<?> fields) {
    for (Map.Entry<Set<String>, String> optimizer : FIELDS) {
      if (optimizer.getKey().stream().anyMatch(fields::contains)) {
        return Optional.of(optimizer.getValue() + ": " + ADAMW);
      }
    }
    return fields.contains("exp_avg") && !fields.contains("exp_avg_sq")
        ? Optional.of("has no exp_avg_sq, like the state of Lion: " + ADAMW)
        : Optional.empty();
  }

  /**
   * What a checkpoint's folder has in place of {@code optimizer.pt}, as a phrase with what to do;
   * empty when nothing is recognised.
   */
  static Optional<String> inFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.map(file -> file.getFileName().toString()).sorted().forEach(names::add);
    }
    for (String name : names) {
      if (name.matches("global_step[0-9]+|zero_to_fp32\\.py|.*zero_pp_rank.*")) {
        return Optional.of(
            name
                + " shows that DeepSpeed has divided the state of the optimizer between processes;"
                + " train the warm-up without DeepSpeed ZeRO");
      }
      if (name.matches("optimizer_[0-9]+|pytorch_model_fsdp.*|.*\\.distcp|rank[0-9]+.*optim.*")) {
        return Optional.of(
            name
                + " shows that FSDP has divided the state of the optimizer between processes; train the"
                + " warm-up without FSDP");
      }
      if (name.matches("optimizer\\.(bin|safetensors|ckpt|pth)|scheduler\\.bin")) {
        return Optional.of(
            "the folder has "
                + name
                + " instead, which was not written by the Hugging Face Trainer;"
                + " train the warm-up with it, or with deploy/sluice warmup");
      }
    }
    return Optional.empty();
  }
}
