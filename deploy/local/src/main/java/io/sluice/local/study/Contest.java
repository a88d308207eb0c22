package io.sluice.local.study;

import io.sluice.streams.report.Difference;
import java.util.Comparator;
import java.util.List;

/**
 * Alternatives that were evaluated on the same examples with the same seeds, ranked by their mean
 * loss.
 *
 * <p>The best of many is partly the luckiest of them: its lead over each of the others is
 * overestimated, all the more the more there are.
 *
 * @param ranked the lowest mean loss first; at least one
 */
record Contest(List<Contender> ranked) {
  /** One of the alternatives. */
  record Contender(String label, LossMatrix losses) {}

  /** Ranks the alternatives; among equal ones, the earlier comes first. */
  Contest {
    ranked =
        ranked.stream()
            .sorted(Comparator.comparingDouble(contender -> contender.losses().mean()))
            .toList();
  }

  /** The one with the lowest mean loss. */
  Contender winner() {
    return ranked.get(0);
  }

  /** The winner's loss minus that of another alternative; negative or 0. */
  Difference lead(Contender other) {
    return winner().losses().minus(other.losses());
  }

  /** The others from which the winner cannot be distinguished by more than two standard errors. */
  List<Contender> tied() {
    return ranked.subList(1, ranked.size()).stream()
        .filter(other -> !lead(other).isClear())
        .toList();
  }
}
