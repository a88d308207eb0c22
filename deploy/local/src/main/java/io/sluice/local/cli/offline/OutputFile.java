package io.sluice.local.cli.offline;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a command writes its result after long work. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Finds out before the work whether the file can be written; nothing is made yet.
   *
   * @throws IOException when it cannot; says what to do
   */
  static void require(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new IOException("--out " + file + " is a folder: give the name of a file in it");
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException("--out " + file + ": there is no folder " + folder + ": make it first");
    }
    if (!Files.isWritable(Files.exists(file) ? file : folder)) {
      throw new AccessDeniedException(file.toString());
    }
  }
}
