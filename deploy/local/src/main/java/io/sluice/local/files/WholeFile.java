package io.sluice.local.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files that exist whole or not at all, whenever the process is killed. */
public final class WholeFile {
  private WholeFile() {}

  /**
   * Writes a file under another name beside it, and then renames it. An earlier file of the name is
   * replaced.
   *
   * @param file its folder exists
   */
  public static void write(Path file, byte[] content) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".writing");
    Files.write(aside, content);
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Writes a text as UTF-8, see {@link #write(Path, byte[])}. */
  public static void write(Path file, String content) throws IOException {
    write(file, content.getBytes(StandardCharsets.UTF_8));
  }
}
