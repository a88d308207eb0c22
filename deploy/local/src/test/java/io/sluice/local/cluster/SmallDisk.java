package io.sluice.local.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small file system in memory, which can be full for a while. Only root can mount one. */
final class SmallDisk implements AutoCloseable {
  private static final int BLOCK = 1 << 16;

  private final Path folder;
  private final Path ballast;

  private SmallDisk(Path folder) {
    this.folder = folder;
    this.ballast = folder.resolve("ballast");
  }

  /** Whether this machine lets us mount one. */
  static boolean isPossible(Path probe) throws IOException {
    Files.createDirectories(probe);
    boolean possible = Shell.succeeds("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", probe + "");
    if (possible) {
      new SmallDisk(probe).close();
    }
    Files.delete(probe);
    return possible;
  }

  /** Mounts one at a folder. */
  static SmallDisk mount(Path folder, int megabytes) throws IOException {
    Files.createDirectories(folder);
    Shell.run(
        List.of("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder + ""));
    return new SmallDisk(folder);
  }

  /** Where it is mounted. */
  Path folder() {
    return folder;
  }

  /** Takes all space that is left. */
  void fill() throws IOException {
    byte[] block = new byte[BLOCK];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (!Files.exists(ballast)) {
        throw e;
      }
    }
  }

  /** Gives the space back. */
  void free() throws IOException {
    Files.deleteIfExists(ballast);
  }

  /** Unmounts it, also while files on it are open. */
  @Override
  public void close() throws IOException {
    Shell.run(List.of("umount", "--lazy", folder.toString()));
  }
}
