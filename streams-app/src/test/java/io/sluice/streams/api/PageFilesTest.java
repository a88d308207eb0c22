package io.sluice.streams.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.streams.api.page.PageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the files of the page may be: small, and with nothing in them that reads text as HTML. */
class PageFilesTest {
  private static final Path FOLDER = Path.of("src/main/resources/io/sluice/streams/api/page");
  private static final long MOST_BYTES = 300_000;

  /** What would make HTML or a program of a text, or give a style that the page forbids itself. */
  private static final Pattern READS_TEXT_AS_HTML =
      Pattern.compile(
          "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser|createContextualFragment|srcdoc"
              + "|\\beval\\(|new Function|setTimeout\\(['\"`]|javascript:");

  private static final Pattern OTHER_HOST =
      Pattern.compile("(?:https?:)?//[a-z0-9.-]+\\.[a-z]{2,}");
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";

  @Test
  void givenTheFolder_whenComparedWithTheFilesThatAreServed_thenNoneIsForgotten()
      throws IOException {
    PageFiles served = PageFiles.load();
    for (Path file : files()) {
      String name = file.getFileName().toString();
      assertThat(served.find(name).isPresent()).as(name).isEqualTo(!name.equals("files.txt"));
    }
  }

  @Test
  void givenAllFiles_whenSummedUp_thenTheyAreSmall() throws IOException {
    long bytes = 0;
    for (Path file : files()) {
      bytes += Files.size(file);
    }
    assertThat(bytes).isLessThan(MOST_BYTES);
  }

  @Test
  void givenTheModules_whenRead_thenNoneReadsTextAsHtml() throws IOException {
    for (Path file : files()) {
      assertThat(Files.readString(file))
          .as(file.toString())
          .doesNotContainPattern(READS_TEXT_AS_HTML);
    }
  }

  @Test
  void givenAllFiles_whenRead_thenNoneNamesAnotherHost() throws IOException {
    for (Path file : files()) {
      assertThat(Files.readString(file).replace(NAMESPACE, ""))
          .as(file.toString())
          .doesNotContainPattern(OTHER_HOST);
    }
  }

  @Test
  void givenTheDocument_whenRead_thenItHasNoScriptsStylesOrHandlersInIt() throws IOException {
    String document = Files.readString(FOLDER.resolve("index.html"));

    assertThat(document)
        .doesNotContainPattern("<style|\\sstyle=|\\son[a-z]+=")
        .doesNotContainPattern("<script(?![^>]*\\ssrc=)");
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Path> all = files.toList();
      assertThat(all).isNotEmpty();
      return all;
    }
  }
}
