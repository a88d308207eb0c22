package io.sluice.streams.select;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.streams.revision.ScoreRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What searches, filters, counts and means need of a selected candidate, small enough to be kept in
 * memory for each candidate of a large subset. Its messages can be searched and not read. Immutable
 * and thread-safe.
 */
public final class CandidateSummary {
  /** Generously, what the objects take beside their characters and scores. */
  private static final int OBJECTS = 200;

  private static final int OBJECTS_OF_METADATA = 150;

  private final String source;
  private final Map<String, String> metadata;
  private final String content;
  private final float[] scores;
  private final FoldedText text;

  private CandidateSummary(
      String source,
      Map<String, String> metadata,
      String content,
      float[] scores,
      FoldedText text) {
    this.source = source;
    this.metadata = metadata;
    this.content = content;
    this.scores = scores;
    this.text = text;
  }

  /** Sums up a nominated candidate. */
  static CandidateSummary of(Nomination nomination) {
    Candidate candidate = nomination.getCandidate();
    List<String> texts = new ArrayList<>(List.of(candidate.getId(), candidate.getSource()));
    candidate
        .getMessages()
        .forEach(
            message -> {
              texts.add(message.getContent());
              texts.add(message.getExtra());
            });
    texts.add(candidate.getTools());
    texts.addAll(candidate.getMetadata().values());
    return new CandidateSummary(
        candidate.getSource(),
        Map.copyOf(candidate.getMetadata()),
        nomination.getContent(),
        ScoreRow.unboxed(nomination.getScores()),
        FoldedText.of(texts));
  }

  /** The candidate's source; empty when it has none. */
  public String source() {
    return source;
  }

  /** The candidate's metadata. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Hash of its content; empty unless contents count once for the task. */
  public String content() {
    return content;
  }

  /** Its similarity to a query of the task, -1 to 1. */
  public float scoreOf(int query) {
    return scores[query];
  }

  /**
   * Whether its id, its source, a message, its tools or a value of its metadata has a text.
   *
   * @param sought folded by {@link FoldedText#sought}
   */
  boolean mentions(String sought) {
    return text.contains(sought);
  }

  /** About how much memory it takes. */
  int bytes() {
    int characters = source.length() + content.length() + text.bytes();
    int ofMetadata = 0;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      ofMetadata += OBJECTS_OF_METADATA + entry.getKey().length() + entry.getValue().length();
    }
    return OBJECTS + characters + ofMetadata + Float.BYTES * scores.length;
  }
}
