package io.sluice.schemas.message;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import java.util.List;
import java.util.Map;

/** Makes candidates that have neither tools nor metadata. */
public final class Candidates {
  private Candidates() {}

  /**
   * Returns a candidate that consists of its turns.
   *
   * @param source where the example came from; empty when unknown
   */
  public static Candidate of(String id, String source, List<Message> messages) {
    return new Candidate(id, source, messages, "", Map.of());
  }
}
