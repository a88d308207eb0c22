package io.sluice.local.cli.options;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks of the files that commands write, before they begin their work. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Checks that a file can be written, without creating it.
   *
   * @param option the option that names the file, such as {@code --out}
   * @throws IOException when it cannot be written, with a message that says what to do
   */
  public static void requireWritable(String option, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new IOException(option + " " + file + " is a folder: give the name of a file in it");
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          option + " " + file + ": there is no folder " + folder + ": create it first");
    }
    if (!Files.isWritable(Files.exists(file) ? file : folder)) {
      throw new AccessDeniedException(file.toString());
    }
  }
}
