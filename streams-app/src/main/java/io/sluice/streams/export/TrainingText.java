package io.sluice.streams.export;

import java.util.List;
import java.util.Optional;

/** How the examples of a job become text and tokens of the model that is to be trained. */
public interface TrainingText {
  /** Returns what the model sees of an example, in the text form of the job. */
  TrainedExample of(ExportedExample example);

  /**
   * Returns a chat template with generation markers under which all of these examples become the
   * same tokens, of which the same ones are learnt; empty if there is none that a trainer could be
   * given.
   */
  Optional<String> template(List<ExportedExample> examples);
}
