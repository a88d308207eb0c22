package io.sluice.streams.api;

import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.streams.watch.Reading;
import io.sluice.streams.watch.TaskHistory;
import io.sluice.streams.watch.TopicReader;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * How a task has changed.
 *
 * @param task id of the task
 * @param points its statuses, oldest first
 * @param complete whether the reader began with the first record that the topics still had
 * @param state {@code reading}, {@code ready} or {@code away}
 * @param reason why it is away
 */
record HistoryView(
    String task, List<PointView> points, boolean complete, String state, String reason) {
  static HistoryView of(String task, TopicReader topics) {
    Reading reading = topics.reading();
    return new HistoryView(
        task,
        topics.history().of(task).stream().map(PointView::of).toList(),
        topics.isComplete(),
        reading.state().name().toLowerCase(Locale.ROOT),
        reading.reason());
  }

  /** The status of a task at one time. */
  record PointView(
      String at,
      int revision,
      long pool,
      long waiting,
      long nominated,
      int selected,
      List<TierPoint> tiers) {
    static PointView of(TaskHistory.Point point) {
      TaskStatus status = point.status();
      return new PointView(
          Instant.ofEpochMilli(point.at()).toString(),
          status.getRevision(),
          status.getPool(),
          status.getWaiting(),
          status.getNominated(),
          status.getSelected(),
          status.getTiers().stream().map(TierPoint::of).toList());
    }
  }

  /** One budget at one time, as {@link TaskView.TierView} describes it. */
  record TierPoint(int budget, int filled, int jobs, double turnover, boolean open) {
    static TierPoint of(TierStatus tier) {
      return new TierPoint(
          tier.getBudget(), tier.getFilled(), tier.getJobs(), tier.getTurnover(), tier.getOpen());
    }
  }
}
