package io.sluice.gpuworker.chat.jinja;

import java.util.AbstractList;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.RandomAccess;

/**
 * The messages that a rendering is given, or those of them between two places. What is found out
 * about where they end is told to the rendering's {@link Trace}, because only that distinguishes it
 * from the rendering of another number of messages. Unmodifiable.
 */
final class MessageView extends AbstractList<Value> implements RandomAccess {
  private final Trace trace;
  private final int from;
  private final int behind;
  private final boolean reversed;

  private MessageView(Trace trace, int from, int behind, boolean reversed) {
    this.trace = trace;
    this.from = from;
    this.behind = behind;
    this.reversed = reversed;
  }

  /** All messages of a rendering. */
  static MessageView of(Trace trace) {
    return new MessageView(trace, 0, 0, false);
  }

  /** How many elements there are, without this being noted. */
  int count() {
    return Math.max(0, trace.visible() - from - behind);
  }

  /** Whether there is an element at a position. That there is none holds for fewer messages too. */
  boolean has(int position) {
    if (position >= count()) {
      return false;
    }
    trace.needs(reversed ? trace.visible() : from + position + 1 + behind);
    return true;
  }

  @Override
  public Value get(int position) {
    if (position < 0 || !has(position)) {
      throw new IndexOutOfBoundsException(position);
    }
    return trace.message(reversed ? trace.visible() - behind - 1 - position : from + position);
  }

  @Override
  public int size() {
    trace.needs(trace.visible());
    return count();
  }

  @Override
  public boolean isEmpty() {
    return !has(0);
  }

  @Override
  public Iterator<Value> iterator() {
    return iterator(0);
  }

  /** The elements from a position on. */
  Iterator<Value> iterator(int first) {
    return new Iterator<>() {
      private int next = first;

      @Override
      public boolean hasNext() {
        return has(next);
      }

      @Override
      public Value next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return get(next++);
      }
    };
  }

  /** Whether the elements are in the order of the messages, so that more messages only add some. */
  boolean isForward() {
    return !reversed;
  }

  /** Whether another view has the same elements, as far as both have messages. */
  boolean isAlike(MessageView other) {
    return from == other.from && behind == other.behind && reversed == other.reversed;
  }

  /** The view without its first elements. */
  MessageView without(int first) {
    return new MessageView(trace, from + first, behind, false);
  }

  /** The view without its last elements. */
  MessageView withoutLast(int last) {
    return new MessageView(trace, from, behind + last, false);
  }

  /** The elements of a forward view, the last one first. */
  MessageView backwards() {
    return new MessageView(trace, from, behind, true);
  }
}
