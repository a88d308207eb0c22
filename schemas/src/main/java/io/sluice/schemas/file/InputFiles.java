package io.sluice.schemas.file;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that people mean by the names that they give: files, folders with all examples in them,
 * and patterns such as {@code pool/*.jsonl.gz}.
 *
 * @param files the files to read, each once, in the order of the names; those of a folder or a
 *     pattern are sorted
 * @param skipped files of folders that are no examples by their names
 */
public record InputFiles(List<Path> files, List<Path> skipped) {
  private static final Pattern EXAMPLES =
      Pattern.compile(".*\\.(jsonl|ndjson|json|parquet)(\\.(gz|gzip|zst|zstd))?");

  /** What the library {@code datasets} writes beside the examples. */
  private static final Set<String> DESCRIPTIONS =
      Set.of("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json");

  /** Copies the lists. */
  public InputFiles {
    files = List.copyOf(files);
    skipped = List.copyOf(skipped);
  }

  /**
   * Finds the files.
   *
   * @throws IOException when a name stands for no file; the message says which
   */
  public static InputFiles of(List<String> names) throws IOException {
    Set<Path> files = new LinkedHashSet<>();
    Set<Path> skipped = new LinkedHashSet<>();
    for (String name : names) {
      Path path = Path.of(name);
      if (Files.isDirectory(path)) {
        int before = files.size();
        for (Path file : within(path)) {
          (isExamples(file) ? files : skipped).add(file);
        }
        if (files.size() == before) {
          throw new IOException(
              path
                  + " is a directory without examples: files that end in .jsonl, .ndjson, .json"
                  + " or .parquet, plain or with .gz or .zst");
        }
      } else if (Files.exists(path) || !isPattern(name)) {
        files.add(path);
      } else {
        List<Path> matches = matches(name);
        if (matches.isEmpty()) {
          throw new IOException(name + ": no file matches");
        }
        files.addAll(matches);
      }
    }
    return new InputFiles(new ArrayList<>(files), new ArrayList<>(skipped));
  }

  /**
   * What precedes the number of a line in the id of a candidate without one: nothing if there is
   * one file, so that the id is the number alone.
   */
  public String idPrefix(Path file) {
    if (files.size() == 1) {
      return "";
    }
    boolean isUnique =
        files.stream().filter(other -> other.getFileName().equals(file.getFileName())).count() == 1;
    return (isUnique ? file.getFileName() : file) + ":";
  }

  /** All visible files below a folder, in the order of their paths. */
  private static List<Path> within(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> isVisible(folder.relativize(file)))
          .sorted()
          .toList();
    }
  }

  private static boolean isVisible(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    return true;
  }

  private static boolean isExamples(Path file) {
    String name = file.getFileName().toString();
    return EXAMPLES.matcher(name).matches() && !DESCRIPTIONS.contains(name);
  }

  private static boolean isPattern(String name) {
    return name.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private static List<Path> matches(String pattern) throws IOException {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    Path base = Path.of(pattern);
    while (base != null && isPattern(base.toString())) {
      base = base.getParent();
    }
    Path begin = base == null ? Path.of("") : base;
    if (!Files.isDirectory(begin)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(begin)) {
      return all.filter(Files::isRegularFile)
          .filter(matcher::matches)
          .filter(file -> isVisible(begin.relativize(file)))
          .sorted()
          .toList();
    }
  }
}
