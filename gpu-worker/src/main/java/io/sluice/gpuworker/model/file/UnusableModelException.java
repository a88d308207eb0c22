package io.sluice.gpuworker.model.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Thrown when a model or checkpoint cannot be used. The message names the file and the remedy. */
public final class UnusableModelException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception without a cause.
   *
   * @param message which file it is, what is wrong with it, and what to do
   */
  public UnusableModelException(String message) {
    super(message);
  }

  /** Creates an exception with the cause, such as a parse error. */
  public UnusableModelException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Returns the path of a required file.
   *
   * @param folder the model's or checkpoint's folder
   * @param advice what to do when the file is missing, for the message
   * @throws UnusableModelException when the folder or the file does not exist
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
