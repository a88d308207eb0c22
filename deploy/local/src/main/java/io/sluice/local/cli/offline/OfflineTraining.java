package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.Checkpointing;
import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.FineTuning;
import io.sluice.gpuworker.finetune.TrainingOutcome;
import io.sluice.gpuworker.finetune.TrainingSettings;
import io.sluice.gpuworker.gradient.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/**
 * Trains for a command.
 *
 * @param settings what is trained, and how
 * @param err where unusable examples are told
 */
record OfflineTraining(TrainingSettings settings, PrintWriter err) {
  /** Enough to see what is wrong with a file. */
  private static final int TOLD = 10;

  /**
   * Encodes examples.
   *
   * @param kind what one is called in messages
   * @throws IOException when none can be learnt from, or the tokenizer is missing
   */
  EncodedExamples encode(String kind, List<? extends Text> texts) throws IOException {
    EncodedExamples examples =
        EncodedExamples.of(settings.model(), settings.hyper().maxLength(), texts);
    List<EncodedExamples.Refused> refused = examples.refused();
    refused.stream()
        .limit(TOLD)
        .forEach(one -> err.printf("%s %d is left out: %s%n", kind, one.index() + 1, one.reason()));
    if (refused.size() > TOLD) {
      err.printf("... and %d more%n", refused.size() - TOLD);
    }
    err.flush();
    if (examples.usable().isEmpty()) {
      throw new IOException(
          "no usable example among "
              + texts.size()
              + (refused.isEmpty() ? "" : ": " + refused.get(0).reason()));
    }
    return examples;
  }

  /**
   * Trains and shows progress.
   *
   * @throws IOException when it fails; says why
   */
  TrainingOutcome.Finished train(EncodedExamples examples, Checkpointing checkpointing)
      throws IOException, InterruptedException {
    try (TrainingBar bar = new TrainingBar()) {
      TrainingOutcome outcome = new FineTuning(settings).run(examples.usable(), checkpointing, bar);
      if (outcome instanceof TrainingOutcome.Finished finished) {
        return finished;
      }
      throw new IOException(
          outcome instanceof TrainingOutcome.Diverged diverged
              ? "training failed: " + diverged.reason()
              : "training was cancelled");
    }
  }
}
