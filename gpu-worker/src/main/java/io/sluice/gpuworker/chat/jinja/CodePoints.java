package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Positions in texts, which count code points in a template and UTF-16 units in Java. */
final class CodePoints {
  /** More messages than a conversation has. */
  private static final int FAR = 1 << 24;

  private CodePoints() {}

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Code points before a position in UTF-16 units; -1 stays -1. */
  static int fromUnits(String text, int units) {
    return units < 0 ? units : text.codePointCount(0, units);
  }

  /** Units before a position in code points. */
  static int toUnits(String text, int codePoints) {
    return text.offsetByCodePoints(0, codePoints);
  }

  /**
   * The part of a text or sequence that a slice names.
   *
   * @param bounds start, stop and step; each may be absent
   */
  static Value slice(Value value, List<Optional<Value>> bounds, Work work) {
    if (value instanceof Value.Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof Value.Str text) {
      work.builds(text.text().length());
      int[] characters = text.text().codePoints().toArray();
      StringBuilder out = new StringBuilder();
      positions(characters.length, bounds).forEach(i -> out.appendCodePoint(characters[i]));
      return text.with(out.toString());
    }
    if (value instanceof Value.Sequence sequence
        && sequence.items() instanceof MessageView messages
        && isPartInOrder(bounds, messages)) {
      work.step();
      return new Value.Sequence(sequence.kind(), part(messages, bounds));
    }
    if (value instanceof Value.Sequence sequence) {
      work.steps(sequence.items().size());
      List<Value> items =
          positions(sequence.items().size(), bounds).stream().map(sequence.items()::get).toList();
      return new Value.Sequence(sequence.kind(), items);
    }
    throw RenderException.failed("an object of type " + value.type() + " cannot be sliced");
  }

  /** Whether a slice names messages up to the last ones, or all of them backwards. */
  private static boolean isPartInOrder(List<Optional<Value>> bounds, MessageView messages) {
    Optional<Integer> start = bound(bounds.get(0));
    Optional<Integer> stop = bound(bounds.get(1));
    int step = bound(bounds.get(2)).orElse(1);
    return messages.isForward()
        && (step == 1
            ? isBetween(0, start.orElse(0), FAR) && isBetween(-FAR, stop.orElse(-1), -1)
            : step == -1 && start.isEmpty() && stop.isEmpty());
  }

  private static boolean isBetween(int low, int bound, int high) {
    return low <= bound && bound <= high;
  }

  private static MessageView part(MessageView messages, List<Optional<Value>> bounds) {
    if (bound(bounds.get(2)).orElse(1) == -1) {
      return messages.backwards();
    }
    return messages
        .without(bound(bounds.get(0)).orElse(0))
        .withoutLast(-bound(bounds.get(1)).orElse(0));
  }

  /** The positions that a slice of a sequence takes, in order. */
  private static List<Integer> positions(int size, List<Optional<Value>> bounds) {
    int step = bound(bounds.get(2)).orElse(1);
    if (step == 0) {
      throw RenderException.failed("slice step cannot be zero");
    }
    int lowest = step > 0 ? 0 : -1;
    int highest = step > 0 ? size : size - 1;
    int start =
        bound(bounds.get(0))
            .map(i -> inside(i, size, lowest, highest))
            .orElse(step > 0 ? lowest : highest);
    int stop =
        bound(bounds.get(1))
            .map(i -> inside(i, size, lowest, highest))
            .orElse(step > 0 ? highest : lowest);
    List<Integer> positions = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      positions.add((int) i);
    }
    return Collections.unmodifiableList(positions);
  }

  private static Optional<Integer> bound(Optional<Value> bound) {
    return bound
        .filter(value -> !(value instanceof Value.None))
        .map(value -> Numbers.index(value, "a slice index"));
  }

  private static int inside(int index, int size, int lowest, int highest) {
    int position = index < 0 ? index + size : index;
    return Math.max(lowest, Math.min(highest, position));
  }
}
