package io.sluice.gpuworker.worker;

import io.sluice.schemas.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Longest first: so threads that share a batch end together, and neighbours in it are of like
 * length. Characters stand for tokens, which nobody has counted yet.
 *
 * @param places where the examples are found, in this order
 */
record LengthOrder(List<Integer> places) {
  /** The order of examples by the text of their messages; of equal ones the first goes first. */
  static <T> LengthOrder of(List<T> examples, Function<T, List<Message>> messages) {
    List<Integer> lengths =
        examples.stream()
            .map(messages)
            .map(said -> said.stream().mapToInt(message -> message.getContent().length()).sum())
            .toList();
    return new LengthOrder(
        IntStream.range(0, examples.size())
            .boxed()
            .sorted(Comparator.comparing(lengths::get, Comparator.reverseOrder()))
            .toList());
  }

  /** The items of these places in this order. */
  <T> List<T> apply(List<T> items) {
    return places.stream().<T>map(items::get).toList();
  }

  /** Items that are in this order, back at their places. */
  <T> List<T> undo(List<T> ordered) {
    List<T> items = new ArrayList<>(ordered);
    for (int i = 0; i < places.size(); i++) {
      items.set(places.get(i), ordered.get(i));
    }
    return List.copyOf(items);
  }
}
