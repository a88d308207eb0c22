package io.sluice.local.bench;

import io.sluice.gpuworker.model.Tokens;
import io.sluice.local.bundled.BundledData;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Makes candidates that are as long as a limit, or longer, out of the bundled ones. */
public final class Workload {
  private Workload() {}

  /**
   * Makes candidates of several turns; about two thirds of their tokens are learnt.
   *
   * @param tokens the model's tokenizer, which cuts at {@code length}
   * @param length tokens that each candidate has at least, before it is cut
   * @param count how many
   */
  public static List<Candidate> candidates(Tokens tokens, int length, int count) {
    Iterator<Candidate> texts = endless(BundledData.make().candidates());
    List<Candidate> candidates = new ArrayList<>();
    while (candidates.size() < count) {
      List<Message> messages = new ArrayList<>();
      StringBuilder said = new StringBuilder();
      while (tokens.opening(said.toString()).length < length) {
        for (Message message : texts.next().getMessages()) {
          messages.add(message);
          said.append(message.getContent());
        }
      }
      candidates.add(new Candidate("bench-" + candidates.size(), "bench", messages));
    }
    return candidates;
  }

  private static Iterator<Candidate> endless(List<Candidate> candidates) {
    return java.util.stream.Stream.generate(() -> candidates).flatMap(List::stream).iterator();
  }
}
