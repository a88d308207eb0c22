package io.sluice.local.quickstart;

import io.sluice.gpuworker.model.AdamMoments;
import io.sluice.gpuworker.model.CheckpointWeights;
import io.sluice.gpuworker.model.DecoderConfig;
import io.sluice.gpuworker.model.DecoderWeights;
import io.sluice.gpuworker.model.LoraCheckpoint;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.representation.RepresentationSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A model to represent examples with.
 *
 * @param base a Hugging Face model folder
 * @param checkpoints folders of its warm-up checkpoints, in the order of training
 */
public record ModelFolders(Path base, List<Path> checkpoints) {
  /** Copies the list. */
  public ModelFolders {
    checkpoints = List.copyOf(checkpoints);
  }

  /**
   * Checks what can be checked without loading weights, so that a slip is found at once.
   *
   * @throws IOException when a file is missing or of a kind that is not known
   */
  void check() throws IOException {
    DecoderConfig.read(base);
    DecoderWeights.files(base);
    Tokens.open(base, RepresentationSettings.DEFAULT_MAX_LENGTH).close();
    for (Path checkpoint : checkpoints) {
      LoraCheckpoint.open(checkpoint);
      AdamMoments.file(checkpoint);
    }
    CheckpointWeights.read(checkpoints);
  }
}
