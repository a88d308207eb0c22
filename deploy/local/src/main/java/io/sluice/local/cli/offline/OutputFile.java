package io.sluice.local.cli.offline;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks of the file to which a command writes its result after a long computation. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Checks that the file can be written, without creating it.
   *
   * @throws IOException when it cannot be written, with a message that says what to do
   */
  static void requireWritable(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new IOException("--out " + file + " is a folder: give the name of a file in it");
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          "--out " + file + ": there is no folder " + folder + ": create it first");
    }
    if (!Files.isWritable(Files.exists(file) ? file : folder)) {
      throw new AccessDeniedException(file.toString());
    }
  }
}
