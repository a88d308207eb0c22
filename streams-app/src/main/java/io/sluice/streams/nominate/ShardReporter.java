package io.sluice.streams.nominate;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.ContentPresence;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.Withdrawal;
import io.sluice.schemas.arm.Companions;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.TaskKey;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Sends the reports of one shard to the second stage. A pool count that equals the previous one of
 * the same revision is not sent again, unless a candidate was withdrawn in between.
 */
final class ShardReporter {
  private final ProcessorContext<String, ShardReport> context;
  private final Map<TaskKey, PoolCount> lastCounts = new HashMap<>();

  ShardReporter(ProcessorContext<String, ShardReport> context) {
    this.context = context;
  }

  void reportNomination(ShardTask task, StoredContent.Scored row, Candidate candidate) {
    report(
        task,
        new Nomination(
            ScoreRow.boxed(row.scores()),
            candidate,
            row.identity(),
            row.leak(),
            row.learntTokens(),
            context.taskId().partition(),
            row.offset()));
  }

  /**
   * Reports that a candidate was withdrawn. The next pool count is sent even if it equals the
   * previous one, because it is the second stage's signal that the successors have been nominated.
   */
  void reportWithdrawal(ShardTask task, String candidateId) {
    report(task, new Withdrawal(candidateId));
    lastCounts.remove(task.revisionKey());
  }

  /**
   * Reports that the content of a row appeared in the shard or disappeared from it.
   *
   * @param present whether the shard has candidates of the content from now on
   */
  void reportContent(ShardTask task, StoredContent.Scored row, boolean present) {
    report(task, new ContentPresence(row.contentKey(), present));
  }

  void reportCount(ShardTask task, PoolCount count) {
    if (!count.equals(lastCounts.put(task.revisionKey(), count))) {
      report(task, count);
    }
  }

  /** Forgets a revision that the shard no longer works on. */
  void forget(TaskKey revision) {
    lastCounts.remove(revision);
  }

  /** What is reported of a companion goes to where its task is selected. */
  private void report(ShardTask task, Object body) {
    context.forward(
        new Record<>(
            Companions.taskId(task.id()),
            new ShardReport(task.id(), task.revision(), context.taskId().partition(), body),
            context.currentSystemTimeMs()));
  }
}
