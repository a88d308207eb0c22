package io.sluice.streams.selection;

import java.util.List;
import java.util.Set;

/**
 * The candidates that a selection chooses, by their ids. It may count contents once: of candidates
 * with the same content, the one with the lowest id stands for all of them.
 *
 * <p>All guarantees of {@link Selection} hold for the candidates offered, or for their contents. As
 * there, a candidate cannot be removed. Not thread-safe.
 */
public sealed interface Choice permits ChoiceOfCandidates, ChoiceOfContents {
  /** A choice in which every candidate counts. */
  static Choice ofCandidates(Selection<String> selection) {
    return new ChoiceOfCandidates(selection);
  }

  /**
   * A choice in which every content counts once.
   *
   * @param selection an empty selection of contents. It orders equal scores by content: the
   *     candidates of a content are spread over shards, so that ids would give each shard another
   *     order
   */
  static Choice ofContents(Selection<String> selection) {
    return new ChoiceOfContents(selection);
  }

  /**
   * Offers a candidate. A shard must nominate it if it is admitted.
   *
   * @param id id of the candidate
   * @param content what is equal for candidates of the same content, whose scores must then be
   *     equal as well; ignored if every candidate counts
   * @param tokens its learnt tokens; ignored unless the selection is bounded by tokens
   * @param scores its similarity to each query
   * @return whether the candidate is held now and was not before: its content may have been held
   *     already, with a higher id
   * @throws IllegalArgumentException when the score row does not fit the selection
   */
  boolean offer(String id, String content, int tokens, float[] scores);

  /**
   * Whether the choice depends on the candidate: it is chosen, or it is one of the neighbours by
   * which candidates are ranked.
   */
  boolean holds(String id);

  /** The ids of all candidates that the choice {@linkplain #holds holds}. */
  Set<String> held();

  /** The number of candidates chosen. */
  int size();

  /** A copy of the whole choice, in selection order. */
  List<Slot<String>> slots();
}
