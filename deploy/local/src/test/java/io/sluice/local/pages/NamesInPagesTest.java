package io.sluice.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Classes and packages that pages name exist, so that a page cannot fall behind a renaming. */
class NamesInPagesTest {
  private static final Path ARCHITECTURE = Repository.docs().resolve("architecture.md");

  /** A name of several words in a code span, which nothing but a class has: {@code `ShardTask`}. */
  private static final Pattern CLASS =
      Pattern.compile("`((?:[A-Z][a-z0-9]+){2,})(?:\\.([A-Z]\\w+))?`");

  /** Any capitalised word of the pictures, which have no others. */
  private static final Pattern CLASS_IN_PICTURE = Pattern.compile("\\b([A-Z][a-z]\\w+)\\b");

  private static final Pattern PACKAGE = Pattern.compile("`(io\\.sluice(?:\\.[a-z]+)*)`");

  /** A rule of ArchUnit, a sentence in lower camel case. */
  private static final Pattern RULE = Pattern.compile("`([a-z]+(?:[A-Z][a-z]*){2,})`");

  /** Classes of other libraries that pages name. */
  private static final Set<String> FOREIGN =
      Set.of("BertNormalizer", "LayerNorm", "SentenceTransformer");

  private static final Map<String, Path> CLASSES = new HashMap<>();
  private static final Set<String> PACKAGES = new TreeSet<>();

  @BeforeAll
  static void findClassesAndPackages() throws IOException {
    for (String ending : List.of(".java", ".avsc")) {
      for (Path source : Repository.files(ending)) {
        String name = source.getFileName().toString();
        CLASSES.put(name.substring(0, name.length() - ending.length()), source);
        if (!source.toString().contains("/src/test/")
            && !source.toString().contains("/resources/")) {
          PACKAGES.add(packageOf(source));
        }
      }
    }
  }

  @Test
  void givenAllPages_whenTheyNameAClass_thenItExists() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path page : Repository.files(".md")) {
      for (MatchResult name : found(CLASS, String.join("\n", Page.read(page).prose()))) {
        if (!FOREIGN.contains(name.group(1)) && !exists(name.group(1), name.group(2))) {
          missing.add(page.getFileName() + " names " + name.group());
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  @Test
  void givenThePictureOfTheArchitecture_whenItNamesAClass_thenItExists() throws IOException {
    List<String> named =
        found(CLASS_IN_PICTURE, String.join("\n", Page.read(ARCHITECTURE).code())).stream()
            .map(MatchResult::group)
            .toList();

    assertThat(named).hasSizeGreaterThan(20).allMatch(CLASSES::containsKey);
  }

  @Test
  void givenThePackages_whenLookedForInTheArchitecture_thenEachIsThereAndNoOther()
      throws IOException {
    Set<String> described =
        found(PACKAGE, Files.readString(ARCHITECTURE)).stream()
            .map(name -> name.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(described).isEqualTo(PACKAGES);
  }

  @Test
  void givenTheRulesInTheArchitecture_whenLookedFor_thenTestsHoldThem() throws IOException {
    StringBuilder rules = new StringBuilder();
    for (Path source : Repository.files("ArchitectureTest.java")) {
      rules.append(Files.readString(source));
    }

    assertThat(found(RULE, Files.readString(ARCHITECTURE)))
        .isNotEmpty()
        .allMatch(rule -> rules.indexOf("ArchRule " + rule.group(1) + " =") >= 0);
  }

  private static boolean exists(String name, String nested) throws IOException {
    Path source = CLASSES.get(name);
    return source != null && (nested == null || Files.readString(source).contains(nested));
  }

  private static List<MatchResult> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  /** Of a Java file its folder below {@code java}; a schema's records are in the one package. */
  private static String packageOf(Path source) {
    String folder = source.getParent().toString().replaceFirst(".*/src/main/(java/)?", "");
    return folder.equals("avro") ? "io.sluice.schemas" : folder.replace('/', '.');
  }
}
