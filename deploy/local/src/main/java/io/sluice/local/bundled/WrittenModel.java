package io.sluice.local.bundled;

import java.nio.file.Path;
import java.util.List;

/**
 * The folders that a model was written to.
 *
 * @param base a Hugging Face model folder
 * @param checkpoints PEFT checkpoint folders with optimizer moments, one per epoch, in order
 */
public record WrittenModel(Path base, List<Path> checkpoints) {
  /** Copies the list, so that it cannot change afterwards. */
  public WrittenModel {
    checkpoints = List.copyOf(checkpoints);
  }
}
