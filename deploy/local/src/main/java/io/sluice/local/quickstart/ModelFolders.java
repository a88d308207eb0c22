package io.sluice.local.quickstart;

import io.sluice.gpuworker.embedding.SentenceEncoder;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.model.lora.CheckpointWeights;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.representation.RepresentationKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The folders of a model that represents examples.
 *
 * @param base a Hugging Face model folder; of a sentence-transformers model for sentence embeddings
 * @param checkpoints folders of its warm-up checkpoints, in the order of training; none for kinds
 *     without gradients
 */
public record ModelFolders(Path base, List<Path> checkpoints) {
  /** Copies the list, so that it cannot change afterwards. */
  public ModelFolders {
    checkpoints = List.copyOf(checkpoints);
  }

  /**
   * Checks everything that can be checked without loading weights, so that mistakes are reported
   * before anything starts.
   *
   * @param kind what the model is used for
   * @throws IOException when a file is missing or has an unknown format
   */
  void check(RepresentationKind kind) throws IOException {
    if (kind == RepresentationKind.EMBEDDING) {
      SentenceEncoder.weightBytes(base);
      return;
    }
    DecoderConfig.read(base);
    DecoderWeights.files(base);
    Tokens.open(base, TextSettings.DEFAULT_MAX_LENGTH).close();
    for (Path checkpoint : checkpoints) {
      LoraCheckpoint.open(checkpoint);
      AdamMoments.file(checkpoint);
    }
    if (kind.needsCheckpoints()) {
      CheckpointWeights.read(checkpoints);
    }
  }
}
