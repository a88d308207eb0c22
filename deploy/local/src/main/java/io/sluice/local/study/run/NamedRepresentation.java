package io.sluice.local.study.run;

import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.representation.RepresentationSettings;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A representation of a study.
 *
 * @param name its name in the study, of letters, digits and hyphens
 * @param settings with which it is computed
 */
public record NamedRepresentation(String name, RepresentationSettings settings) {
  /** Folders of sentence-transformers have folders for their modules and for the ONNX file. */
  private static final int DEPTH_OF_EMBEDDINGS = 3;

  /** What the vectors depend on: the settings, and a hash of the files that they name. */
  String identity() throws IOException {
    FolderHash hash = new FolderHash();
    hash.add(
        String.join(
            " ",
            String.valueOf(settings.form()),
            String.valueOf(settings.projection()),
            String.valueOf(settings.text()),
            String.valueOf(settings.prompts()),
            settings.pooling().label()));
    if (settings.weights().dtype() != WeightType.FLOAT32) {
      hash.add(String.valueOf(settings.weights()));
    }
    if (settings.model().isPresent()) {
      int depth = settings.kind().needsBaseModel() ? 1 : DEPTH_OF_EMBEDDINGS;
      hash.add(settings.model().get(), depth);
    }
    for (Path checkpoint : settings.checkpoints()) {
      hash.add(checkpoint, 1);
    }
    return settings.kind().label()
        + (settings.model().isPresent() ? " " : " of the bundled model ")
        + hash.digits();
  }
}
