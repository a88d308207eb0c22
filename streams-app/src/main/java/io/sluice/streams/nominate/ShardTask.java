package io.sluice.streams.nominate;

import io.sluice.schemas.Duplicates;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.Selections;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.rules.CandidateFacts;
import io.sluice.streams.rules.TaskRules;
import io.sluice.streams.similarity.CandidateVectors;
import io.sluice.streams.similarity.QueryMatrix;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A revision of a task that one shard works on: its queries, the shard's progress with it, and the
 * shard's own selections, which are pure functions of the stored score rows. Not thread-safe; owned
 * by the shard's processor.
 */
final class ShardTask {
  private final TargetTask definition;

  /** One of the query representations; provides the fingerprint and the shape that all share. */
  private final QueryRepresentation anyQuery;

  private final QueryMatrix queries;
  private final TaskNeeds needs;
  private final TaskRules rules;
  private final Set<String> withdrawn = new HashSet<>();

  /** Whether the selections lack candidates that take the place of withdrawn ones. */
  private boolean outdated;

  /** The candidates that have taken such a place and are yet to be nominated. */
  private final Queue<Successor> successors = new PriorityQueue<>();

  /** When it was selected again: the number of that selection among those of all tasks. */
  private long turn;

  private ShardProgress progress;
  private Selections selections;
  private long scored;
  private long leaks;

  /** Whether contents count once. */
  private final boolean onceEach;

  /**
   * How many scored candidates have each content, by {@link StoredContent.Scored#contentKey}; empty
   * unless contents count once.
   */
  private final Map<Long, Integer> contents = new HashMap<>();

  /** Number of candidates that the rules leave out, by reason. */
  private final Map<String, Long> leftOut = new TreeMap<>();

  /**
   * Creates the state of a revision whose queries are all represented, with empty selections.
   *
   * @param represented the representations of all queries, in query order; {@link #areComparable}
   *     must hold for them
   * @param progress the stored progress
   * @param limit size of the largest record that a candidate may cause downstream
   */
  ShardTask(
      TargetTask definition,
      List<QueryRepresentation> represented,
      ShardProgress progress,
      RecordLimit limit) {
    this.definition = definition;
    this.anyQuery = represented.get(0);
    this.progress = progress;
    this.outdated = progress.successorsDue();
    float[] weights = ScoreRow.unboxed(anyQuery.getCheckpointWeights());
    float[][][] vectors = new float[represented.size()][weights.length][anyQuery.getDimension()];
    for (int q = 0; q < vectors.length; q++) {
      for (int c = 0; c < weights.length; c++) {
        FeatureCodec.decodeRow(
            FeatureEncoding.FLOAT32, represented.get(q).getFeatures(), c, vectors[q][c]);
      }
    }
    this.queries = new QueryMatrix(vectors, weights);
    this.needs = new TaskNeeds(definition, anyQuery, limit);
    this.rules = TaskRules.of(definition);
    this.onceEach = definition.getRules().getDuplicates() == Duplicates.ONE;
    this.selections = Selections.empty(definition);
  }

  /**
   * Whether all query representations have the same fingerprint, shape and checkpoint weights, so
   * that they can be used together.
   */
  static boolean areComparable(List<QueryRepresentation> represented) {
    QueryRepresentation first = represented.get(0);
    return represented.stream()
        .allMatch(
            query ->
                query.getFingerprint().equals(first.getFingerprint())
                    && query.getDimension() == first.getDimension()
                    && query.getCheckpointWeights().equals(first.getCheckpointWeights()));
  }

  String id() {
    return definition.getTaskId();
  }

  int revision() {
    return definition.getRevision();
  }

  String representationId() {
    return definition.getRepresentationId();
  }

  /** Fingerprint that candidates must have to be compared with the queries. */
  String fingerprint() {
    return anyQuery.getFingerprint();
  }

  /** How the messages of queries and candidates became text; determined by the fingerprint. */
  String textForm() {
    return anyQuery.getTextForm();
  }

  /** Hash of the tokenizer of queries and candidates; determined by the fingerprint. */
  String tokenizer() {
    return anyQuery.getTokenizer();
  }

  /** Key of the revision, which is the prefix of all its other keys. */
  TaskKey revisionKey() {
    return TaskKey.prefix(id(), revision());
  }

  TaskKey key(String candidateId) {
    return new TaskKey(id(), revision(), candidateId);
  }

  /** Number of candidates scored, those of equal contents included. */
  long scored() {
    return scored;
  }

  /** A copy of the numbers of candidates that the rules leave out, by reason. */
  Map<String, Long> leftOut() {
    return Map.copyOf(leftOut);
  }

  /** Number of scored candidates that share text with the task, if this is reported. */
  long leaks() {
    return leaks;
  }

  ShardProgress progress() {
    return progress;
  }

  void updateProgress(ShardProgress newProgress) {
    progress = newProgress;
  }

  /**
   * Whether the record at an offset has been read as a stored one, or compaction had removed it by
   * then. A live record may arrive later than that, and has nothing new: what has been read is the
   * state after it.
   */
  boolean hasRead(long offset) {
    return offset < progress.readBefore();
  }

  /**
   * Checks a later representation of one of the queries.
   *
   * @throws InvalidRecordException when its fingerprint differs from that of the queries in use
   */
  void requireSameFingerprint(QueryRepresentation query) {
    if (!query.getFingerprint().equals(anyQuery.getFingerprint())) {
      throw new InvalidRecordException(
          "queries of task '%s' revision %d are in use with fingerprint %s, not %s: give workers that compute vectors differently another representation id"
              .formatted(id(), revision(), anyQuery.getFingerprint(), query.getFingerprint()));
    }
  }

  /** What the task requires of a representation to use it. */
  TaskNeeds needs() {
    return needs;
  }

  /** The reason why the task's rules leave a candidate out; empty when it is eligible. */
  Optional<String> reasonAgainst(CandidateFacts candidate) {
    return rules.reasonAgainst(candidate);
  }

  /**
   * Whether the rules judge a representation of the same content as they judged the one before.
   * They may not: metadata, for instance, is no part of the content.
   */
  boolean judgesAlike(CandidateFacts candidate, StoredContent before) {
    return rules.isEmpty() || reasonAgainst(candidate).equals(reason(before));
  }

  private static Optional<String> reason(StoredContent stored) {
    return stored instanceof StoredContent.LeftOut leftOut
        ? Optional.of(leftOut.reason())
        : Optional.empty();
  }

  /**
   * Scores candidates, which must be comparable with the queries.
   *
   * @return the similarity of each candidate to each query, shape [candidates][queries]
   */
  List<float[]> score(List<CandidateVectors> candidates) {
    return queries.scoreAll(candidates);
  }

  /** What to store of a candidate that was scored. */
  StoredContent.Scored stored(Arrival arrival, float[] scores) {
    CandidateFacts candidate = arrival.facts();
    String identity =
        onceEach
            ? StoredContent.Scored.identity(candidate.representation().getTokensHash(), scores)
            : "";
    int learntTokens =
        definition.getBudgetTokens().isEmpty() ? 0 : candidate.representation().getLearntTokens();
    return new StoredContent.Scored(
        arrival.content(),
        arrival.offset(),
        scores,
        identity,
        rules.isReportedLeak(candidate),
        learntTokens);
  }

  /**
   * Counts a candidate whose score row is stored from now on.
   *
   * @return whether contents count once and no other candidate of the shard has this content
   */
  boolean count(StoredContent.Scored row) {
    scored++;
    leaks += row.leak() ? 1 : 0;
    return onceEach && contents.merge(row.contentKey(), 1, Integer::sum) == 1;
  }

  /**
   * Offers a candidate that is not offered yet to the shard's own selections.
   *
   * @return whether at least one of them admits it
   */
  boolean admit(String candidateId, StoredContent.Scored row) {
    return selections.offer(candidateId, row.identity(), row.learntTokens(), row.scores());
  }

  /** Counts a candidate that the rules leave out. */
  void leaveOut(StoredContent.LeftOut candidate) {
    leftOut.merge(candidate.reason(), 1L, Long::sum);
  }

  /** Counts a candidate that the rules left out no longer, because its row was deleted. */
  void withdraw(StoredContent.LeftOut candidate) {
    leftOut.computeIfPresent(candidate.reason(), (reason, count) -> count == 1 ? null : count - 1);
  }

  /**
   * Takes a row from the store when the shard starts. If successors are due, the row is counted
   * only: the shard stopped between a withdrawal and the nomination of the last successor, and no
   * longer knows which candidates these are. The selections stay empty until {@link #reselect}, so
   * that every candidate in them is nominated before the next pool count.
   */
  void restore(String candidateId, StoredContent stored) {
    if (stored instanceof StoredContent.Scored row) {
      count(row);
      if (!progress.successorsDue()) {
        admit(candidateId, row);
      }
    } else {
      leaveOut((StoredContent.LeftOut) stored);
    }
  }

  /**
   * Records that the score row of a candidate was deleted. If a selection holds the candidate, it
   * keeps it until {@link #reselect}, and successors are due.
   *
   * @return whether contents count once and no other candidate of the shard has this content
   */
  boolean withdraw(String candidateId, StoredContent.Scored row) {
    scored--;
    leaks -= row.leak() ? 1 : 0;
    if (holds(candidateId)) {
      withdrawn.add(candidateId);
      outdated = true;
      progress = progress.withSuccessorsDue(true);
    }
    return onceEach
        && contents.computeIfPresent(
                row.contentKey(), (content, count) -> count == 1 ? null : count - 1)
            == null;
  }

  /** The turn of the last {@link #reselect}; 0 if there was none. */
  long turn() {
    return turn;
  }

  /** Whether a selected candidate was withdrawn since the last {@link #reselect}. */
  boolean isOutdated() {
    return outdated;
  }

  /**
   * Selects again from the remaining rows, because a candidate cannot be removed from a selection.
   *
   * @param rows calls its argument with every row of the revision
   * @param turn the number of this selection among those of all tasks
   * @return the ids of the candidates that are held now and were not held before
   */
  Set<String> reselect(Consumer<BiConsumer<String, StoredContent>> rows, long turn) {
    this.turn = turn;
    Set<String> before = selections.held();
    before.removeAll(withdrawn);
    withdrawn.clear();
    selections = Selections.empty(definition);
    rows.accept(
        (candidateId, stored) -> {
          if (stored instanceof StoredContent.Scored row) {
            admit(candidateId, row);
          }
        });
    outdated = false;
    Set<String> entered = selections.held();
    entered.removeAll(before);
    return entered;
  }

  /**
   * The candidates that entered and are yet to be nominated, in the order of their offsets; the
   * caller adds and removes them.
   */
  Queue<Successor> successors() {
    return successors;
  }

  /**
   * How many successors are yet to be nominated. Before they are found, it is known only that there
   * may be some, which counts as one.
   */
  long waitingSuccessors() {
    return successors.size() + (outdated ? 1L : 0L);
  }

  /** Whether one of the shard's own selections holds a candidate. */
  boolean holds(String candidateId) {
    return selections.holds(candidateId);
  }
}
