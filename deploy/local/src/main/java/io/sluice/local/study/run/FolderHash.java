package io.sluice.local.study.run;

import io.sluice.schemas.hash.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A hash of the content of files, wherever they are. Not thread-safe. */
final class FolderHash {
  /** Digits that are kept: 128 bits. */
  private static final int DIGITS = 32;

  private final Sha256 hash = new Sha256();

  /** The hash of one file. */
  static String ofFile(Path file) throws IOException {
    FolderHash hash = new FolderHash();
    hash.addContent(file);
    return hash.digits();
  }

  /** Adds a text. */
  void add(String text) {
    hash.add(text);
  }

  /**
   * Adds names and content of the files in a folder, in the order of their names.
   *
   * @param depth 1 for the files in the folder itself, more to go into folders in it
   */
  void add(Path folder, int depth) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder, depth)) {
      files = found.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      hash.add(folder.relativize(file).toString());
      addContent(file);
    }
  }

  private void addContent(Path file) throws IOException {
    hash.add(Long.toString(Files.size(file)));
    try (InputStream in = Files.newInputStream(file)) {
      hash.add(in);
    }
  }

  /** The hash in hexadecimal; nothing may be added afterwards. */
  String digits() {
    return hash.hex().substring(0, DIGITS);
  }
}
