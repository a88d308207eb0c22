package io.sluice.streams.audit;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Why a candidate is in the subset of a task's largest budget, or not.
 *
 * @param task id of the task
 * @param revision the revision that is explained
 * @param candidate id of the candidate
 * @param state in one word
 * @param why the same for people, a sentence without its full stop
 * @param algorithm by which the task selects
 * @param place what the candidate holds; empty unless it is selected
 * @param queries its score to each query, and where it lost; empty unless it is in the pool
 * @param leftOutBy the reasons of the rules that it does not meet
 * @param leaksWith ids of the queries and held-out examples that it shares text with, if the task
 *     asks for that
 * @param sameContentAs the candidate that stands for its content; empty when it does so itself,
 *     when candidates count, and when that is not known
 */
public record Explanation(
    String task,
    int revision,
    String candidate,
    State state,
    String why,
    String algorithm,
    Optional<Place> place,
    List<QueryScore> queries,
    List<String> leftOutBy,
    List<String> leaksWith,
    Optional<String> sameContentAs) {
  /** Keeps immutable copies of the lists. */
  public Explanation {
    queries = List.copyOf(queries);
    leftOutBy = List.copyOf(leftOutBy);
    leaksWith = List.copyOf(leaksWith);
  }

  /** What has become of a candidate. */
  public enum State {
    /** It is in the subset of the largest budget. */
    SELECTED,
    /** It is in the pool, and others have all slots. */
    NOT_SELECTED,
    /** It is in the pool with a content that counts once, and another candidate stands for it. */
    DUPLICATE,
    /** It is in the pool and should be selected; the streams-app has yet to publish that. */
    PENDING,
    /** Rules of the task leave it out of the pool. */
    LEFT_OUT,
    /** Its record cannot be used, and has become a dead letter. */
    DEAD_LETTER,
    /** Its vectors have another fingerprint than the queries, and cannot be compared. */
    OTHER_FINGERPRINT,
    /** It is represented, but not under the representation id that the task names. */
    OTHER_REPRESENTATION,
    /** It was sent, and no worker has represented it yet. */
    NOT_REPRESENTED,
    /** It was retracted. */
    RETRACTED,
    /** No topic has a record of it. */
    UNKNOWN;

    /** The name in lower case, as it is printed. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What a selected candidate holds.
   *
   * @param slot its place in selection order, from 0
   * @param tier the smallest budget whose subset includes it
   * @param query id of the query for which it was selected
   */
  public record Place(int slot, int tier, String query) {}

  /**
   * The similarity of the candidate to a query.
   *
   * @param query id of the query
   * @param score the similarity
   * @param lost where it lost for this query; empty when it did not, and for all queries but the
   *     one with the highest score if slots do not belong to queries
   */
  public record QueryScore(String query, float score, Optional<Lost> lost) {}

  /**
   * Slots that the candidate lost.
   *
   * @param slots how many
   * @param slot the last one of them, which was the easiest to get
   * @param to the candidate that holds it
   * @param score the similarity of that candidate to the query for which it was selected
   * @param by how much more it has of what the algorithm compares: similarity, or in KNN-uniform
   *     queries that have it among their nearest; 0 when both have the same, and the id or the
   *     content decided, as it always does in a random selection
   */
  public record Lost(int slots, int slot, String to, float score, double by) {}
}
