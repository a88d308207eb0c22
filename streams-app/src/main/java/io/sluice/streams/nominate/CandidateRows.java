package io.sluice.streams.nominate;

import io.sluice.schemas.RepresentationKey;
import io.sluice.streams.deadletter.InvalidRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps what a shard stores of each candidate for each task in step with the representations that
 * it receives, live or read again, and reports the consequences to the second stage. Candidates
 * wait in a block, to be scored together. Not thread-safe; owned by the shard's processor.
 */
final class CandidateRows {
  private final ShardStores stores;
  private final ShardReporter reporter;
  private final ArrivalBlock block = new ArrivalBlock();

  CandidateRows(ShardStores stores, ShardReporter reporter) {
    this.stores = stores;
    this.reporter = reporter;
  }

  /**
   * Adds a candidate to the block for those tasks that have to judge and score it. A full block is
   * scored.
   *
   * @return why tasks cannot use the representation; empty if all can
   */
  String take(Arrival arrival, List<ShardTask> takers) {
    if (block.contains(arrival.candidateId())) {
      scoreBlock();
    }
    List<ShardTask> unscored = new ArrayList<>();
    String problems = "";
    for (ShardTask task : takers) {
      try {
        if (reconcileContent(task, arrival)) {
          unscored.add(task);
        }
      } catch (InvalidRecordException e) {
        problems = problems.isEmpty() ? e.getMessage() : problems + "; " + e.getMessage();
      }
    }
    if (!unscored.isEmpty()) {
      Set<ShardTask> waiting = block.tasks();
      block.add(arrival, unscored);
      unscored.stream()
          .filter(task -> !waiting.contains(task))
          .forEach(task -> putProgress(task, task.progress()));
    }
    if (block.isFull()) {
      scoreBlock();
    }
    return problems;
  }

  /**
   * Compares a candidate with what is stored for a task under the same id. If it has the same
   * content, the rules judge it as before and the task can use it, the arrival is a repeat;
   * otherwise what is stored is withdrawn. A repeat must be usable because compaction leaves it
   * alone of all records of the candidate, and a later task reads only this one. A record that the
   * task has read already can only become a dead letter.
   *
   * @return whether the task has to judge and score the candidate
   * @throws InvalidRecordException when the candidate cannot be compared with the queries; the task
   *     then holds no content of this candidate
   */
  private boolean reconcileContent(ShardTask task, Arrival arrival) {
    if (!task.representationId().equals(arrival.representation().getRepresentationId())) {
      return false;
    }
    Optional<StoredContent> known = stores.row(task.key(arrival.candidateId()));
    if (task.hasRead(arrival.offset())) {
      if (known.filter(row -> row.content() == arrival.content()).isEmpty()) {
        task.needs().require(arrival);
      }
      return false;
    }
    if (known.isPresent()) {
      boolean sameContent = known.get().content() == arrival.content();
      if (sameContent
          && task.judgesAlike(arrival.facts(), known.get())
          && task.needs().areMetBy(arrival)) {
        // Compaction will remove the record before this one.
        stores.putRow(task.key(arrival.candidateId()), known.get().at(arrival.offset()));
        if (known.get() instanceof StoredContent.Scored scored) {
          repeat(task, arrival, scored);
        }
        return false;
      }
      if (sameContent && known.get() instanceof StoredContent.LeftOut leftOut) {
        dropLeftOut(task, arrival.candidateId(), leftOut);
      } else {
        withdraw(task, arrival.candidateId(), known.get(), arrival.offset());
      }
    }
    task.needs().require(arrival);
    return true;
  }

  /**
   * Nominates a candidate again that the shard's selections hold: its metadata may have changed,
   * and when its nomination was due, {@link Successors} may not have found its record.
   */
  private void repeat(ShardTask task, Arrival arrival, StoredContent.Scored row) {
    if (task.holds(arrival.candidateId())) {
      // Candidates before this one may wait in the block: it does not say how far the shard is.
      reporter.reportNomination(task, row.at(StoredContent.UNKNOWN_OFFSET), arrival.candidate());
    }
  }

  /** Scores all candidates in the block. */
  void scoreBlock() {
    Set<ShardTask> waiting = block.tasks();
    waiting.forEach(task -> score(task, block.arrivals(task)));
    block.clear();
    waiting.forEach(task -> putProgress(task, task.progress()));
  }

  /**
   * Scores those candidates that are eligible for a task, and nominates those that its selections
   * admit. Of the others, the reason is stored.
   */
  private void score(ShardTask task, List<Arrival> arrivals) {
    List<Arrival> eligible = new ArrayList<>(arrivals.size());
    for (Arrival arrival : arrivals) {
      task.reasonAgainst(arrival.facts())
          .ifPresentOrElse(reason -> leaveOut(task, arrival, reason), () -> eligible.add(arrival));
    }
    if (!eligible.isEmpty()) {
      scoreEligible(task, eligible);
    }
  }

  private void leaveOut(ShardTask task, Arrival arrival, String reason) {
    StoredContent.LeftOut leftOut =
        new StoredContent.LeftOut(arrival.content(), arrival.offset(), reason);
    stores.putRow(task.key(arrival.candidateId()), leftOut);
    task.leaveOut(leftOut);
  }

  private void scoreEligible(ShardTask task, List<Arrival> arrivals) {
    List<float[]> rows = task.score(arrivals.stream().map(Arrival::vectors).toList());
    for (int i = 0; i < rows.size(); i++) {
      Arrival arrival = arrivals.get(i);
      StoredContent.Scored row = task.stored(arrival, rows.get(i));
      stores.putRow(task.key(arrival.candidateId()), row);
      if (task.count(row)) {
        reporter.reportContent(task, row, true);
      }
      if (task.admit(arrival.candidateId(), row)) {
        reporter.reportNomination(task, row, arrival.candidate());
      }
    }
  }

  /** Withdraws a candidate, by the record at an offset, from those tasks whose row is earlier. */
  void withdrawBelow(RepresentationKey key, long offset, List<ShardTask> losers) {
    for (ShardTask task : losers) {
      if (task.representationId().equals(key.getRepresentationId())) {
        stores
            .row(task.key(key.getCandidateId()))
            .filter(stored -> stored.offset() < offset)
            .ifPresent(stored -> withdraw(task, key.getCandidateId(), stored, offset));
      }
    }
  }

  private void withdraw(ShardTask task, String candidateId, StoredContent stored, long offset) {
    // Also if the rules leave it out: jobs of an earlier revision with other rules may train on it.
    reporter.reportWithdrawal(task, candidateId);
    if (stored instanceof StoredContent.LeftOut leftOut) {
      dropLeftOut(task, candidateId, leftOut);
    } else {
      stores.dropRow(task.key(candidateId));
      StoredContent.Scored row = (StoredContent.Scored) stored;
      if (task.withdraw(candidateId, row)) {
        reporter.reportContent(task, row, false);
      }
    }
    putProgress(task, task.progress().withdrawnAt(offset));
  }

  private void dropLeftOut(ShardTask task, String candidateId, StoredContent.LeftOut leftOut) {
    stores.dropRow(task.key(candidateId));
    task.withdraw(leftOut);
  }

  /**
   * Stores the shard's progress with a task. While candidates in the block wait to be scored for
   * the task, the stored progress says that the partition is to be read from the first of them: if
   * the process ends before the block is scored, Kafka Streams does not deliver their records
   * again.
   */
  void putProgress(ShardTask task, ShardProgress progress) {
    task.updateProgress(progress);
    stores.putProgress(
        task.revisionKey(),
        block.tasks().contains(task) ? progress.notBeyond(block.firstOffset()) : progress);
  }
}
