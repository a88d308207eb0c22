package io.sluice.gpuworker.model.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model or checkpoint folder cannot be used; the message names the file and says what to do. */
public final class UnusableModelException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param message for people: which file, what is wrong with it, what to do
   */
  public UnusableModelException(String message) {
    super(message);
  }

  /** A refusal with the fault that led to it. */
  public UnusableModelException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * A file that must be there.
   *
   * @param folder the model's or checkpoint's folder
   * @param advice what to do when the file is missing
   */
  public static Path required(Path folder, String name, String advice)
      throws UnusableModelException {
    if (!Files.isDirectory(folder)) {
      throw new UnusableModelException(folder + " is not a folder: give one that holds " + name);
    }
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new UnusableModelException(file + " is missing: " + advice);
    }
    return file;
  }
}
