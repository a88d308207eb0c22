package io.sluice.streams.selection;

import java.util.List;

/** A choice in which every candidate counts, whatever its content. */
record ChoiceOfCandidates(Selection<String> selection) implements Choice {
  @Override
  public boolean offer(String id, String content, int tokens, float[] scores) {
    return selection.offer(id, scores, tokens);
  }

  @Override
  public boolean contains(String id) {
    return selection.contains(id);
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
