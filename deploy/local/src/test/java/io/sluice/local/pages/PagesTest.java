package io.sluice.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages for people: where they are, and that whoever follows a link arrives. */
class PagesTest {
  private static final Pattern PAGE_NAME = Pattern.compile("README\\.md|[a-z]+(-[a-z]+)*\\.md");
  private static final Pattern PAGE_IN_CODE = Pattern.compile("deploy/docs/[\\w-]+\\.md");

  @Test
  void givenAllPages_whenLookedFor_thenTheyAreInTheOneHomeOfPages() throws IOException {
    List<Path> elsewhere =
        Repository.files(".md").stream()
            .filter(page -> !page.equals(Repository.root().resolve("README.md")))
            .filter(page -> !page.startsWith(Repository.root().resolve(".github")))
            .filter(page -> !page.getParent().equals(Repository.docs()))
            .toList();

    assertThat(elsewhere).isEmpty();
  }

  @Test
  void givenThePagesOfTheDocs_whenNamed_thenTheNamesAreLowerCaseWordsWithHyphens()
      throws IOException {
    assertThat(docs())
        .isNotEmpty()
        .allSatisfy(page -> assertThat(page.getFileName().toString()).matches(PAGE_NAME));
  }

  @Test
  void givenAllPages_whenTheirLinksAreFollowed_thenEachLeadsToAPageAndHeadingOfThisRepository()
      throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : Repository.files(".md")) {
      broken.addAll(Page.read(page).broken(Repository.root()));
    }

    assertThat(broken).isEmpty();
  }

  @Test
  void givenTheIndex_whenRead_thenItLinksToEveryPageAndEveryPlotIsShownOnOne() throws IOException {
    Page index = Page.read(Repository.docs().resolve("README.md"));
    assertThat(index.linked()).containsAll(docs());

    TreeSet<Path> shown = new TreeSet<>();
    for (Path page : docs()) {
      shown.addAll(Page.read(page).linked());
    }
    assertThat(shown)
        .containsAll(
            Repository.files(".svg").stream()
                .filter(plot -> plot.startsWith(Repository.docs()))
                .toList());
  }

  @Test
  void givenThePagesNamedInCode_whenLookedFor_thenTheyExist() throws IOException {
    TreeSet<String> missing = new TreeSet<>();
    for (Path source : Repository.files(".java")) {
      PAGE_IN_CODE
          .matcher(Files.readString(source))
          .results()
          .map(found -> found.group())
          .filter(page -> !Files.exists(Repository.root().resolve(page)))
          .forEach(page -> missing.add(source + " names " + page));
    }

    assertThat(missing).isEmpty();
  }

  @Test
  void givenLinksThatLeadNowhere_whenFollowed_thenEachIsReported(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("other.md"), "# One heading, twice\n# One heading, twice\n");
    Path page =
        Files.writeString(
            folder.resolve("page.md"),
            """
            # Here
            [fine](other.md) [fine](other.md#one-heading-twice-1) [fine](#here) [fine](https://example.org)
            [1](gone.md) [2](other.md#two-headings) ![3](gone.svg) [4](../outside.md) [5](#there)
            `[code](is-not-a-link.md)`
            ```
            # a comment, [not a link](either.md)
            ```
            """);

    assertThat(Page.read(page).broken(folder))
        .containsExactly(
            page + ": gone.md does not exist",
            page + ": other.md#two-headings names no heading of that page",
            page + ": gone.svg does not exist",
            page + ": ../outside.md leaves the repository",
            page + ": #there names no heading of that page");
  }

  private static List<Path> docs() throws IOException {
    return Repository.files(".md").stream()
        .filter(page -> page.startsWith(Repository.docs()))
        .filter(page -> !page.endsWith("README.md"))
        .toList();
  }
}
