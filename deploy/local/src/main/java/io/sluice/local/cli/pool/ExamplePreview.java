package io.sluice.local.cli.pool;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.file.CandidateLine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.TreeMap;

/** Shows candidates turn by turn, and which turns are learnt. */
final class ExamplePreview {
  private final PrintWriter out;

  ExamplePreview(PrintWriter out) {
    this.out = out;
  }

  /** Prints a candidate with all that it has. */
  void print(Path file, CandidateLine.Valid line) {
    Candidate candidate = line.candidate();
    out.printf(
        "%s, %s (%s): id %s%n",
        file, line.place(), line.form().label(), visible(candidate.getId()));
    if (!candidate.getSource().isEmpty()) {
      out.println("  source: " + visible(candidate.getSource()));
    }
    if (!candidate.getMetadata().isEmpty()) {
      out.println("  metadata: " + visible(new TreeMap<>(candidate.getMetadata()).toString()));
    }
    if (!candidate.getTools().isEmpty()) {
      out.println("  tools: " + visible(candidate.getTools()));
    }
    for (Message message : candidate.getMessages()) {
      out.println("  [" + message.getRole() + learnt(message) + "] " + text(message));
    }
  }

  private static String learnt(Message message) {
    if (!message.getRole().equals("assistant")) {
      return "";
    }
    return message.getLearn() ? ", learnt" : ", masked";
  }

  private static String text(Message message) {
    String text = visible(message.getContent());
    return message.getExtra().isEmpty() ? text : text + " " + visible(message.getExtra());
  }

  /** Indents further lines, and replaces what could change how a terminal shows the text. */
  private static String visible(String text) {
    return text.replaceAll("[\\p{Cc}&&[^\\n]]", "?").replace("\n", "\n    ");
  }
}
