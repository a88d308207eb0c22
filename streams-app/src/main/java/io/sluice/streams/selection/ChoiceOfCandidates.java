package io.sluice.streams.selection;

import java.util.List;
import java.util.Set;

/** A choice in which every candidate counts, whatever its content. */
record ChoiceOfCandidates(Selection<String> selection) implements Choice {
  @Override
  public boolean offer(String id, String content, int tokens, float[] scores) {
    return selection.offer(id, scores, tokens);
  }

  @Override
  public boolean holds(String id) {
    return selection.held().contains(id);
  }

  @Override
  public Set<String> held() {
    return selection.held();
  }

  @Override
  public int size() {
    return selection.size();
  }

  @Override
  public List<Slot<String>> slots() {
    return selection.slots();
  }
}
