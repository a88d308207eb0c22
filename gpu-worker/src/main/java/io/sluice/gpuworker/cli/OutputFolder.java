package io.sluice.gpuworker.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * A folder that is there once it is whole: work is done in one beside it, which stays when the work
 * is broken off. One process works on it at a time.
 */
final class OutputFolder implements Closeable {
  private final Path out;
  private final Path lock;
  private final FileChannel locked;

  private OutputFolder(Path out, Path lock, FileChannel locked) {
    this.out = out;
    this.lock = lock;
    this.locked = locked;
  }

  /**
   * Finds out before the work whether the folder can be made, and keeps others from making it.
   *
   * @throws IOException when it cannot, has files in it, or somebody is at it; says what to do
   */
  static OutputFolder open(Path out) throws IOException {
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
    Path lock = absolute.resolveSibling("." + absolute.getFileName() + ".lock");
    FileChannel file = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isLocked(file)) {
      file.close();
      throw new IOException("--out " + out + ": another run works on it, wait for it or stop it");
    }
    return new OutputFolder(absolute, lock, file);
  }

  /** The lock ends with the process, however that ends. */
  private static boolean isLocked(FileChannel file) throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
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

  /** Lets others work on it. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(lock);
    locked.close();
  }
}
