package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.Checkpointing;
import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.FineTuning;
import io.sluice.gpuworker.finetune.TrainingOutcome;
import io.sluice.gpuworker.finetune.TrainingSettings;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/**
 * Trains a model for a command, without Kafka.
 *
 * @param settings the model and the hyper-parameters
 * @param form how messages become text
 * @param err receives reports of unusable examples
 */
record OfflineTraining(TrainingSettings settings, TextForm form, PrintWriter err) {
  /**
   * How many unusable examples are reported one by one; enough to see what is wrong with a file.
   */
  private static final int MAX_REPORTED = 10;

  /**
   * Encodes examples and reports those that cannot be used.
   *
   * @param kind the word for an example in messages
   * @throws IOException when no example can be used, or the tokenizer is missing
   */
  EncodedExamples encode(String kind, List<? extends Text> texts) throws IOException {
    EncodedExamples examples =
        EncodedExamples.of(
            settings.model(), TextSettings.of(form, settings.hyper().maxLength()), texts);
    List<EncodedExamples.Refused> refused = examples.refused();
    refused.stream()
        .limit(MAX_REPORTED)
        .forEach(one -> err.printf("%s %d is left out: %s%n", kind, one.index() + 1, one.reason()));
    if (refused.size() > MAX_REPORTED) {
      err.printf("... and %d more%n", refused.size() - MAX_REPORTED);
    }
    err.flush();
    if (examples.usable().isEmpty()) {
      throw new IOException(
          "none of the "
              + texts.size()
              + " examples can be used"
              + (refused.isEmpty() ? "" : ": " + refused.get(0).reason()));
    }
    return examples;
  }

  /**
   * Trains while showing progress on standard error.
   *
   * @throws IOException when training diverges or is cancelled, with the reason
   */
  TrainingOutcome.Finished train(EncodedExamples examples, Checkpointing checkpointing)
      throws IOException, InterruptedException {
    try (TrainingBar bar = new TrainingBar()) {
      return new FineTuning(settings).run(examples.usable(), checkpointing, bar).finished();
    }
  }
}
