package io.sluice.local.cli.offline;

import io.sluice.local.files.LockFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * An output folder that exists only once it is complete. The work is done in a partial folder
 * beside it, which remains if the run is interrupted, so that the next run can continue it. Only
 * one run at a time can use the folder: it holds a file lock, which ends with the process at the
 * latest.
 */
final class OutputFolder implements AutoCloseable {
  private final Path out;
  private final Path lockFile;
  private final LockFile lock;

  private OutputFolder(Path out, Path lockFile, LockFile lock) {
    this.out = out;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Checks that the folder can be created, and locks it for this run.
   *
   * @throws IOException when it cannot be created, contains files, or is locked by another run; the
   *     message says what to do
   */
  static OutputFolder acquire(Path out) throws IOException {
    Path absolute = out.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null || Files.isRegularFile(absolute)) {
      throw new IOException("--out " + out + " cannot be created as a folder: give another name");
    }
    if (!Files.isDirectory(parent)) {
      throw new IOException(
          "--out " + out + ": there is no folder " + parent + ": create it first");
    }
    if (!Files.isWritable(parent)) {
      throw new AccessDeniedException(parent.toString());
    }
    Path lockFile = absolute.resolveSibling("." + absolute.getFileName() + ".lock");
    OutputFolder folder = new OutputFolder(absolute, lockFile, lock(lockFile, out));
    try {
      // Checked under the lock, since the run that held it before may have created the folder.
      if (!isEmpty(absolute)) {
        throw new IOException(
            "--out " + out + " contains files: give a new folder, or empty this one");
      }
    } catch (IOException e) {
      folder.close();
      throw e;
    }
    return folder;
  }

  private static LockFile lock(Path file, Path out) throws IOException {
    return LockFile.tryLock(file)
        .orElseThrow(
            () ->
                new IOException(
                    "another run writes to --out "
                        + out
                        + ": wait until it has ended, or give another folder"));
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** The folder in which the work is done; it may not exist yet. */
  Path partial() {
    return out.resolveSibling("." + out.getFileName() + ".partial");
  }

  /**
   * Moves a complete folder to the output folder, in one atomic step.
   *
   * @param whole the partial folder or a folder in it
   */
  void publish(Path whole) throws IOException {
    Files.deleteIfExists(out);
    Files.move(whole, out, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(partial());
  }

  /** Releases the lock and deletes the lock file. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(lockFile);
    lock.close();
  }
}
