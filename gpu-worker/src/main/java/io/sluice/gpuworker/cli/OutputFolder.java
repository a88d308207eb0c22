package io.sluice.gpuworker.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * A folder that is there once it is whole: work is done in one beside it, which stays when the work
 * is broken off.
 *
 * @param out the folder
 */
record OutputFolder(Path out) {
  /**
   * Finds out before the work whether the folder can be made.
   *
   * @throws IOException when it cannot, or has files in it; says what to do
   */
  static OutputFolder require(Path out) throws IOException {
    Path absolute = out.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null || Files.isRegularFile(absolute)) {
      throw new IOException("--out " + out + " is no folder that can be made: give another name");
    }
    if (!isEmpty(absolute)) {
      throw new IOException("--out " + out + " has files in it: give a new folder, or empty it");
    }
    if (!Files.isDirectory(parent)) {
      throw new IOException("--out " + out + ": there is no folder " + parent + ": make it first");
    }
    if (!Files.isWritable(parent)) {
      throw new AccessDeniedException(parent.toString());
    }
    return new OutputFolder(absolute);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** Where the work is done. */
  Path partial() {
    return out.resolveSibling("." + out.getFileName() + ".partial");
  }

  /** Makes a whole folder the result. */
  void publish(Path whole) throws IOException {
    Files.deleteIfExists(out);
    Files.move(whole, out, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(partial());
  }
}
