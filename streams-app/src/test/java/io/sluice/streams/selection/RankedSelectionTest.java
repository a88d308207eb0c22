package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RankedSelectionTest {
  @Test
  void givenFullTiers_whenACandidateArrives_thenOneCrossesEachBoundaryAboveItAndTheLastLeaves() {
    Selection<String> selection =
        new Algorithm.DoublyGreedy().emptySelection(1, new Tiers(List.of(1, 3, 4)));
    selection.offer("a", new float[] {0.9f});
    selection.offer("c", new float[] {0.7f});
    selection.offer("d", new float[] {0.6f});
    selection.offer("e", new float[] {0.5f});

    assertThat(selection.offer("b", new float[] {0.8f}).changes())
        .containsExactly(
            new TierChange<>("b", TierChange.OUTSIDE, 3),
            new TierChange<>("d", 3, 4),
            new TierChange<>("e", 4, TierChange.OUTSIDE));
    assertThat(selection.prefix(4)).containsExactly("a", "b", "c", "d");
    assertThat(selection.offer("f", new float[] {0.5f})).isEqualTo(Admission.none());
  }

  @Test
  void givenSeveralQueries_whenDoublyGreedy_thenTheHighestScoreCountsAndNamesTheQuery() {
    Selection<String> selection =
        new Algorithm.DoublyGreedy().emptySelection(3, new Tiers(List.of(2)));
    selection.offer("a", new float[] {-0.5f, -0.1f, -0.9f});
    selection.offer("b", new float[] {0.2f, 0.3f, 0.3f});
    selection.offer("c", new float[] {-0.2f, -0f, 0f});

    assertThat(selection.slots())
        .containsExactly(new Slot<>(0, 1, "b", 0.3f), new Slot<>(1, 1, "c", -0f));
  }

  /**
   * Made with Python: {@code sorted(ids, key=lambda i:
   * hashlib.sha256(f"{seed}:{i}".encode()).digest()[:8])}.
   */
  @Test
  void givenSeeds_whenRandom_thenTheOrderIsThatOfTheWrittenHash() {
    List<String> ids = List.of("a", "b", "c", "d", "é", "候補-1", "json-00017", "7");

    assertThat(random("random", ids))
        .containsExactly("7", "d", "a", "json-00017", "c", "候補-1", "b", "é");
    assertThat(random("random:0", ids)).isEqualTo(random("random", ids));
    assertThat(random("random:7", ids))
        .containsExactly("json-00017", "7", "c", "é", "a", "候補-1", "d", "b");
  }

  @Test
  void givenScoresThatCannotBe_whenOffered_thenRefusedAndNothingChanged() {
    Selection<String> selection = new Algorithm.Random(0).emptySelection(2, new Tiers(List.of(2)));

    assertThatThrownBy(() -> selection.offer("x", new float[] {0f, Float.NaN}))
        .hasMessage("candidate x, query 1: the score is NaN");
    assertThatThrownBy(() -> selection.offer("x", new float[1]))
        .hasMessage("candidate x has 1 scores for 2 queries");
    assertThat(selection.contains("x")).isFalse();
    assertThat(selection.size()).isZero();
  }

  private static List<String> random(String name, List<String> ids) {
    Selection<String> selection =
        Algorithm.parse(name).emptySelection(1, new Tiers(List.of(ids.size())));
    ids.forEach(id -> selection.offer(id, new float[1]));
    return selection.prefix(ids.size());
  }
}
