package io.sluice.streams.api;

import io.sluice.schemas.TargetTask;
import io.sluice.streams.selection.Slot;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/**
 * The scores of a subset along its slots. All scores lie between -1 and 1.
 *
 * @param task id of the task
 * @param revision its revision
 * @param budget the budget
 * @param size number of candidates in its subset
 * @param points consecutive slots put together, in selection order
 */
record ScoresView(String task, int revision, int budget, int size, List<Point> points) {
  /**
   * Puts consecutive slots together.
   *
   * @param slots the slots of the subset, in selection order
   * @param points the most points
   */
  static ScoresView of(TargetTask task, int budget, List<Slot<String>> slots, int points) {
    int together = Math.max(1, (slots.size() + points - 1) / points);
    List<Point> all = new ArrayList<>();
    for (int from = 0; from < slots.size(); from += together) {
      List<Slot<String>> part = slots.subList(from, Math.min(from + together, slots.size()));
      DoubleSummaryStatistics scores = part.stream().mapToDouble(Slot::score).summaryStatistics();
      all.add(new Point(from, part.size(), scores.getAverage(), scores.getMin(), scores.getMax()));
    }
    return new ScoresView(task.getTaskId(), task.getRevision(), budget, slots.size(), all);
  }

  /**
   * Some slots.
   *
   * @param slot the first one
   * @param slots how many
   * @param mean their mean score, each to the query for which its candidate was selected
   * @param lowest their lowest score
   * @param highest their highest score
   */
  record Point(int slot, int slots, double mean, double lowest, double highest) {}
}
