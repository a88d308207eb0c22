package io.sluice.gpuworker.launch;

import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.schemas.FineTuneJob;

/** The text of a job's examples: for training and evaluation the form that selected them. */
public final class JobText {
  private JobText() {}

  /** Returns how the examples of a job become tokens. */
  public static TextSettings of(FineTuneJob job) {
    return TextSettings.of(
        new TextForm.Recorded(job.getTextForm()), job.getHyperParameters().getMaxLength());
  }

  /**
   * Whether a model is known to make other tokens of the job's examples than the selection did. A
   * model may be trained on examples that were selected by another one, so this is no error.
   *
   * @param tokenizer hash of the model's tokenizer, see {@link
   *     io.sluice.gpuworker.model.Tokens#hash}
   */
  public static boolean isOtherTokenizer(FineTuneJob job, String tokenizer) {
    return !job.getTokenizer().isEmpty() && !job.getTokenizer().equals(tokenizer);
  }
}
