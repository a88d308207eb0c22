package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.model.file.UnusableModelException;
import java.nio.file.Path;

/** Paths that the files of a model name. They may come from anyone. */
final class FolderPaths {
  private FolderPaths() {}

  /**
   * A path in a folder.
   *
   * @param name relative to the folder; empty for the folder itself
   * @throws UnusableModelException when it leads out of the folder
   * @throws java.nio.file.InvalidPathException when it is not a path at all
   */
  static Path inside(Path folder, String name) throws UnusableModelException {
    Path relative = Path.of(name);
    for (Path part : relative) {
      if (part.toString().equals("..")) {
        throw outside(folder, name);
      }
    }
    if (relative.isAbsolute() || name.contains("\\") || name.contains(":")) {
      throw outside(folder, name);
    }
    return folder.resolve(relative).normalize();
  }

  private static UnusableModelException outside(Path folder, String name) {
    return new UnusableModelException(
        "a file of the model in %s names '%s': a model may only name files in its own folder"
            .formatted(folder, name));
  }
}
