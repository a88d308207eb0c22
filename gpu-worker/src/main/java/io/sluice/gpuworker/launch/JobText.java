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
}
