package io.sluice.streams.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RankedSelectionTest {
  @Test
  void givenAFullSelection_whenABetterCandidateArrives_thenItTakesItsPlaceAndTheLastLeaves() {
    Selection<String> selection = new Algorithm.DoublyGreedy().emptySelection(1, 4);
    selection.offer("a", new float[] {0.9f});
    selection.offer("c", new float[] {0.7f});
    selection.offer("d", new float[] {0.6f});
    selection.offer("e", new float[] {0.5f});

    assertThat(selection.offer("b", new float[] {0.8f})).isTrue();

    assertThat(selection.prefix(4)).containsExactly("a", "b", "c", "d");
    assertThat(selection.held().contains("e")).isFalse();
    assertThat(selection.offer("f", new float[] {0.5f})).isFalse();
    assertThat(selection.offer("b", new float[] {1f})).as("an id that is held").isFalse();
    assertThat(selection.prefix(4)).containsExactly("a", "b", "c", "d");
  }

  @Test
  void givenSeveralQueries_whenDoublyGreedy_thenTheHighestScoreCountsAndNamesTheQuery() {
    Selection<String> selection = new Algorithm.DoublyGreedy().emptySelection(3, 2);
    selection.offer("a", new float[] {-0.5f, -0.1f, -0.9f});
    selection.offer("b", new float[] {0.2f, 0.3f, 0.3f});
    selection.offer("c", new float[] {-0.2f, -0f, 0f});

    assertThat(selection.slots())
        .containsExactly(new Slot<>(0, 1, "b", 0.3f), new Slot<>(1, 1, "c", -0f));
  }

  /**
   * The expected orders were computed with Python: {@code sorted(ids, key=lambda i:
   * hashlib.sha256(f"{seed}:{i}".encode()).digest()[:8])}.
   */
  @Test
  void givenSeeds_whenRandom_thenTheOrderIsThatOfTheDocumentedHash() {
    List<String> ids = List.of("a", "b", "c", "d", "é", "候補-1", "json-00017", "7");

    assertThat(random("random", ids))
        .containsExactly("7", "d", "a", "json-00017", "c", "候補-1", "b", "é");
    assertThat(random("random:0", ids)).isEqualTo(random("random", ids));
    assertThat(random("random:7", ids))
        .containsExactly("json-00017", "7", "c", "é", "a", "候補-1", "d", "b");
  }

  @Test
  void givenInvalidScores_whenOffered_thenTheyAreRefusedAndNothingChanges() {
    Selection<String> selection = new Algorithm.Random(0).emptySelection(2, 2);

    assertThatThrownBy(() -> selection.offer("x", new float[] {0f, Float.NaN}))
        .hasMessage("candidate x, query 1: the score is NaN");
    assertThatThrownBy(() -> selection.offer("x", new float[1]))
        .hasMessage("candidate x has 1 scores for 2 queries");
    assertThat(selection.held().contains("x")).isFalse();
    assertThat(selection.size()).isZero();
  }

  private static List<String> random(String name, List<String> ids) {
    Selection<String> selection = Algorithm.parse(name).emptySelection(1, ids.size());
    ids.forEach(id -> selection.offer(id, new float[1]));
    return selection.prefix(ids.size());
  }
}
