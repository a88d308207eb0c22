package io.sluice.local.pages;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of this repository that people wrote: no build output, and nothing that users put
 * beside it.
 */
final class Repository {
  private static final Path ROOT = Path.of("").toAbsolutePath().resolve("../..").normalize();
  private static final List<String> FOLDERS =
      List.of(".github", "deploy", "gpu-worker", "schemas", "streams-app");

  private Repository() {}

  static Path root() {
    return ROOT;
  }

  static Path docs() {
    return ROOT.resolve("deploy/docs");
  }

  /** All files whose names end so, in the root itself and in the folders of the project. */
  static List<Path> files(String ending) throws IOException {
    List<Path> files = new ArrayList<>();
    try (var top = Files.list(ROOT)) {
      top.filter(Files::isRegularFile).filter(file -> ends(file, ending)).forEach(files::add);
    }
    for (String folder : FOLDERS) {
      Files.walkFileTree(
          ROOT.resolve(folder),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
              return at.endsWith("target")
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (ends(file, ending)) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return files;
  }

  private static boolean ends(Path file, String ending) {
    return file.getFileName().toString().endsWith(ending);
  }
}
