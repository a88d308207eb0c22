package io.sluice.local.cli.offline;

import io.sluice.gpuworker.gradient.Inspection;
import io.sluice.gpuworker.model.TokenizedText;
import java.util.Arrays;

/**
 * Writes the text of an example for people, with the learnt parts marked.
 *
 * @param colour whether learnt parts are marked by a colour of the terminal, instead of by signs
 */
record MarkedText(boolean colour) {
  private static final String GREEN = "\u001b[32m";
  private static final String PLAIN = "\u001b[0m";

  /**
   * The text up to its last token. Parts without tokens are replaced by their length, unless they
   * are white space, which some tokenizers skip. Control characters are written as escapes.
   */
  String of(Inspection.Readable readable) {
    TokenizedText text = readable.text();
    int[] characters = text.text().codePoints().toArray();
    StringBuilder marked = new StringBuilder();
    boolean inLearnt = false;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.ends()[i] <= at) {
        continue;
      }
      int begin = Math.max(at, text.begins()[i]);
      boolean isLearnt = readable.isLearnt(i);
      if (inLearnt && !isLearnt) {
        marked.append(end());
      }
      appendSkipped(marked, Arrays.copyOfRange(characters, at, begin));
      if (!inLearnt && isLearnt) {
        marked.append(begin());
      }
      inLearnt = isLearnt;
      append(marked, Arrays.copyOfRange(characters, begin, text.ends()[i]));
      at = text.ends()[i];
    }
    marked.append(inLearnt ? end() : "");
    appendSkipped(marked, Arrays.copyOfRange(characters, at, characters.length));
    return marked.toString();
  }

  private String begin() {
    return colour ? GREEN : ">>>";
  }

  private String end() {
    return colour ? PLAIN : "<<<";
  }

  private static void appendSkipped(StringBuilder marked, int[] skipped) {
    if (Arrays.stream(skipped).allMatch(Character::isWhitespace)) {
      append(marked, skipped);
    } else {
      marked.append(" [").append(skipped.length).append(" characters are cut] ");
    }
  }

  private static void append(StringBuilder marked, int[] characters) {
    for (int character : characters) {
      if (Character.isISOControl(character) && character != '\n' && character != '\t') {
        marked.append(String.format("\\u%04x", character));
      } else {
        marked.appendCodePoint(character);
      }
    }
  }
}
