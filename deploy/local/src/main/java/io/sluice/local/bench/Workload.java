package io.sluice.local.bench;

import io.sluice.gpuworker.model.Tokens;
import io.sluice.local.bundled.BundledData;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Candidates;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Builds candidates of at least a given length by joining bundled candidates. */
public final class Workload {
  private Workload() {}

  /**
   * Builds candidates of several turns. About two thirds of their tokens belong to answers, which
   * are what a model learns.
   *
   * @param tokens the model's tokenizer, which cuts texts at {@code length} tokens
   * @param length the least number of tokens per candidate, before it is cut
   * @param count how many candidates to build
   */
  public static List<Candidate> candidates(Tokens tokens, int length, int count) {
    Iterator<Candidate> texts = endless(BundledData.make().candidates());
    List<Candidate> candidates = new ArrayList<>();
    while (candidates.size() < count) {
      List<Message> messages = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      while (tokens.encode(text.toString()).length < length) {
        for (Message message : texts.next().getMessages()) {
          messages.add(message);
          text.append(message.getContent());
        }
      }
      candidates.add(Candidates.of("bench-" + candidates.size(), "bench", messages));
    }
    return candidates;
  }

  private static Iterator<Candidate> endless(List<Candidate> candidates) {
    return Stream.generate(() -> candidates).flatMap(List::stream).iterator();
  }
}
