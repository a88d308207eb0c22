package io.sluice.gpuworker.worker;

import io.sluice.schemas.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The order of a batch's examples from the longest to the shortest. Threads that share a batch then
 * end at about the same time, and neighbours have similar lengths. Lengths are counted in
 * characters, since the texts are not tokenized yet.
 *
 * @param indexes the indexes of the examples, in this order
 */
record LengthOrder(List<Integer> indexes) {
  /** Orders examples by the total length of their messages; equal ones keep their order. */
  static <T> LengthOrder of(List<T> examples, Function<T, List<Message>> messages) {
    List<Integer> lengths =
        examples.stream()
            .map(messages)
            .map(list -> list.stream().mapToInt(LengthOrder::length).sum())
            .toList();
    return new LengthOrder(
        IntStream.range(0, examples.size())
            .boxed()
            .sorted(Comparator.comparing(lengths::get, Comparator.reverseOrder()))
            .toList());
  }

  private static int length(Message message) {
    return message.getContent().length() + message.getExtra().length();
  }

  /** Sorts items that stand at the examples' indexes into this order. */
  <T> List<T> apply(List<T> items) {
    return indexes.stream().<T>map(items::get).toList();
  }

  /** Undoes {@link #apply}: returns items in this order to the examples' indexes. */
  <T> List<T> undo(List<T> ordered) {
    List<T> items = new ArrayList<>(ordered);
    for (int i = 0; i < indexes.size(); i++) {
      items.set(indexes.get(i), ordered.get(i));
    }
    return List.copyOf(items);
  }
}
