package io.sluice.local.study;

import java.util.List;

/**
 * The candidates of a study. They are referred to by their positions in these lists.
 *
 * @param ids ids of the candidates, ascending, so that equal candidates rank as they do in a
 *     running system
 * @param sources where each comes from; may be empty texts
 */
public record StudyPool(List<String> ids, List<String> sources) {
  /** Keeps immutable copies of the lists. */
  public StudyPool {
    ids = List.copyOf(ids);
    sources = List.copyOf(sources);
  }

  /** The number of candidates. */
  public int size() {
    return ids.size();
  }
}
