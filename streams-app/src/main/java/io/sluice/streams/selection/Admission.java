package io.sluice.streams.selection;

import java.util.List;

/**
 * What one offer did to a selection.
 *
 * <p>The moves form a chain: the first brings the offered candidate in, each later one takes the
 * candidate that the move before it displaced on to a higher slot, and the last may take one
 * outside. So every candidate, and every slot as a destination, occurs at most once.
 *
 * @param <K> candidate ids
 * @param moves all candidates whose slot changed, in the order of their new slots, a leaver last;
 *     empty when the offered candidate was not admitted or was already held
 */
public record Admission<K>(List<Move<K>> moves) {
  /** Keeps the moves as they are now. */
  public Admission {
    moves = List.copyOf(moves);
  }

  /** An offer that changed nothing. */
  static <K> Admission<K> none() {
    return new Admission<>(List.of());
  }

  /** Whether the offered candidate got a slot. */
  public boolean admitted() {
    return !moves.isEmpty();
  }
}
