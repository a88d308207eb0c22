package io.sluice.local.bundled;

import java.nio.file.Path;
import java.util.List;

/**
 * The folders that hold a model.
 *
 * @param base a Hugging Face model folder
 * @param checkpoints PEFT checkpoint folders with optimizer moments, one an epoch, in order
 */
public record WrittenModel(Path base, List<Path> checkpoints) {
  /** Copies the list. */
  public WrittenModel {
    checkpoints = List.copyOf(checkpoints);
  }
}
