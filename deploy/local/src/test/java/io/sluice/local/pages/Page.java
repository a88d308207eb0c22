package io.sluice.local.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Markdown page of the repository.
 *
 * @param file where it is
 * @param prose its lines outside of fenced code blocks
 * @param code its lines within them
 */
record Page(Path file, List<String> prose, List<String> code) {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");
  private static final Pattern HEADING = Pattern.compile("#{1,6} (.*)");
  private static final Pattern OTHER_SITE = Pattern.compile("(?:https?|mailto):.*");

  static Page read(Path file) throws IOException {
    List<String> prose = new ArrayList<>();
    List<String> code = new ArrayList<>();
    boolean fenced = false;
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("```")) {
        fenced = !fenced;
      } else {
        (fenced ? code : prose).add(line);
      }
    }
    return new Page(file, prose, code);
  }

  /** The targets of the links and images that do not lead to another site, as they are written. */
  List<String> links() {
    return prose.stream()
        .map(line -> INLINE_CODE.matcher(line).replaceAll("code"))
        .flatMap(line -> LINK.matcher(line).results())
        .map(link -> link.group(1))
        .filter(target -> !OTHER_SITE.matcher(target).matches())
        .toList();
  }

  /** The pages and files that the links lead to, without the part behind the number sign. */
  Set<Path> linked() {
    Set<Path> files = new HashSet<>();
    links().forEach(link -> files.add(target(link)));
    return files;
  }

  /**
   * The links that lead nowhere, each with its page and the reason.
   *
   * @param root the repository's folder, which no link may leave
   */
  List<String> broken(Path root) throws IOException {
    List<String> broken = new ArrayList<>();
    for (String link : links()) {
      Path target = target(link);
      int anchor = link.indexOf('#');
      if (!target.startsWith(root)) {
        broken.add(file + ": " + link + " leaves the repository");
      } else if (!Files.exists(target)) {
        broken.add(file + ": " + link + " does not exist");
      } else if (anchor >= 0 && !read(target).anchors().contains(link.substring(anchor + 1))) {
        broken.add(file + ": " + link + " names no heading of that page");
      }
    }
    return broken;
  }

  private Path target(String link) {
    String path = link.replaceFirst("#.*", "");
    return path.isEmpty() ? file : file.resolveSibling(path).normalize();
  }

  /** The names that GitHub gives to the headings: lower case, spaces as hyphens, no punctuation. */
  private Set<String> anchors() {
    Map<String, Integer> seen = new HashMap<>();
    Set<String> anchors = new HashSet<>();
    for (String line : prose) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        String name =
            heading
                .group(1)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\- _]", "")
                .replace(' ', '-');
        int earlier = seen.merge(name, 1, Integer::sum) - 1;
        anchors.add(earlier == 0 ? name : name + "-" + earlier);
      }
    }
    return anchors;
  }
}
