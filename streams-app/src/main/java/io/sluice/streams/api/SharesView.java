package io.sluice.streams.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What the candidates of a subset have in common, beside those of the pool.
 *
 * @param task id of the task
 * @param revision its revision
 * @param budget the budget
 * @param size number of candidates in its subset
 * @param field what is counted: {@code source} or {@code meta.NAME}
 * @param values the values, the most frequent ones of the subset first
 * @param sampleSize number of candidates in the sample of the pool
 * @param sample {@code control} if the sample is the task's random control; absent if there is none
 * @param why why there is none
 */
record SharesView(
    String task,
    int revision,
    int budget,
    int size,
    String field,
    List<ShareView> values,
    int sampleSize,
    Optional<String> sample,
    String why) {
  private static final int MOST = 100;
  private static final String NO_CONTROL =
      "the state holds no shares of the pool, and the task has no random control to estimate them"
          + " by: add random to its controls";

  /**
   * Puts the counts together.
   *
   * @param selected the values of the subset, with their numbers
   * @param control the same of the random control, if there is one
   */
  static SharesView of(
      String task,
      int revision,
      int budget,
      String field,
      Map<String, Integer> selected,
      Optional<Map<String, Integer>> control) {
    Map<String, Integer> sampled = control.orElse(Map.of());
    TreeSet<String> all = new TreeSet<>(selected.keySet());
    all.addAll(sampled.keySet());
    List<ShareView> values =
        new ArrayList<>(
            all.stream()
                .map(
                    value ->
                        new ShareView(
                            Optional.of(value),
                            selected.getOrDefault(value, 0),
                            sampled.getOrDefault(value, 0)))
                .sorted(
                    Comparator.comparingInt(ShareView::selected)
                        .thenComparingInt(ShareView::sample)
                        .reversed())
                .toList());
    if (values.size() > MOST) {
      List<ShareView> rest = List.copyOf(values.subList(MOST, values.size()));
      values = new ArrayList<>(values.subList(0, MOST));
      values.add(
          new ShareView(
              Optional.empty(),
              rest.stream().mapToInt(ShareView::selected).sum(),
              rest.stream().mapToInt(ShareView::sample).sum()));
    }
    return new SharesView(
        task,
        revision,
        budget,
        sum(selected),
        field,
        values,
        sum(sampled),
        control.map(any -> "control"),
        control.isPresent() ? "" : NO_CONTROL);
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(count -> count).sum();
  }

  /**
   * One value.
   *
   * @param value the value, empty for candidates without one; absent for all other values together
   * @param selected how many candidates of the subset have it
   * @param sample how many of the sample have it
   */
  record ShareView(Optional<String> value, int selected, int sample) {}
}
