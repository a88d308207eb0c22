package io.sluice.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Log messages keep the rule of deploy/docs/logging.md, as far as it can be read off the code. */
class LogRuleTest {
  private static final Pattern MESSAGE =
      Pattern.compile(
          "\\.at(?:Trace|Debug|Info|Warn|Error)\\(\\)[^;]*?\\.log\\(\\s*([^;]*?)\\s*\\)\\s*;");
  private static final Pattern CONSTANT = Pattern.compile("\"[A-Z][^\"{}]*[^\".!]\"");
  private static final Pattern FIELD = Pattern.compile("addKeyValue\\(\\s*\"([^\"]*)\"");
  private static final Pattern FIELD_NAME = Pattern.compile("[a-z]+([A-Z][a-z]+)*");
  private static final Pattern OTHER_STYLE =
      Pattern.compile("(?i)\\blog\\.(?:trace|debug|info|warn|error)\\(");

  @Test
  void givenTheLogMessages_whenRead_thenTheyAreConstantsInSentenceCaseWithoutFullStop()
      throws IOException {
    List<String> messages = inCode(MESSAGE, 1);

    assertThat(messages).hasSizeGreaterThan(30).allMatch(CONSTANT.asMatchPredicate());
  }

  @Test
  void givenTheFieldsOfLogMessages_whenRead_thenTheirNamesAreInLowerCamelCase() throws IOException {
    assertThat(inCode(FIELD, 1)).hasSizeGreaterThan(30).allMatch(FIELD_NAME.asMatchPredicate());
  }

  @Test
  void givenTheCode_whenItLogs_thenItDoesSoByFieldsOnly() throws IOException {
    assertThat(inCode(OTHER_STYLE, 0)).isEmpty();
  }

  /** The matches in all classes that have a logger. */
  private static List<String> inCode(Pattern pattern, int group) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path source : Repository.files(".java")) {
      String code = Files.readString(source);
      if (source.toString().contains("/src/main/") && code.contains("LoggerFactory.getLogger")) {
        pattern.matcher(code).results().map((MatchResult m) -> m.group(group)).forEach(found::add);
      }
    }
    return found;
  }
}
