package io.sluice.streams.selection;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A choice in which every content counts once.
 *
 * <p>Only the lowest id of each content that is selected has to be known. A content that was
 * rejected or displaced is never selected again, so nothing is kept of it.
 */
final class ChoiceOfContents implements Choice {
  private final Selection<String> contents;
  private final Map<String, String> lowestId = new HashMap<>();
  private final Map<String, String> contentOf = new HashMap<>();

  ChoiceOfContents(Selection<String> contents) {
    this.contents = contents;
  }

  @Override
  public boolean offer(String id, String content, int tokens, float[] scores) {
    if (contents.held().contains(content)) {
      if (id.compareTo(lowestId.get(content)) >= 0) {
        return false;
      }
    } else if (!contents.offer(content, scores, tokens)) {
      return false;
    }
    String displaced = lowestId.put(content, id);
    if (displaced != null) {
      // Unless it stands for another content meanwhile: an id that was withdrawn may come again.
      contentOf.remove(displaced, content);
    }
    contentOf.put(id, content);
    if (lowestId.size() > 2 * (contents.held().size() + 1)) {
      forgetWhatWasDisplaced();
    }
    return true;
  }

  private void forgetWhatWasDisplaced() {
    lowestId.keySet().removeIf(content -> !contents.held().contains(content));
    contentOf.values().removeIf(content -> !contents.held().contains(content));
  }

  @Override
  public boolean holds(String id) {
    String content = contentOf.get(id);
    return content != null && contents.held().contains(content) && id.equals(lowestId.get(content));
  }

  @Override
  public Set<String> held() {
    return contents.held().stream().map(lowestId::get).collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public int size() {
    return contents.size();
  }

  @Override
  public List<Slot<String>> slots() {
    return contents.slots().stream()
        .map(
            slot ->
                new Slot<>(
                    slot.slot(),
                    slot.query(),
                    lowestId.get(slot.id()),
                    slot.score(),
                    slot.neighbourOf()))
        .toList();
  }
}
