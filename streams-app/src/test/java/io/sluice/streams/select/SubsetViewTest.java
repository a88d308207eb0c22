package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.Query;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import io.sluice.streams.selection.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What readers of a large subset look up in the store. */
class SubsetViewTest {
  private static final String TASK = "t";
  private static final int SIZE = 2_000;
  private static final int ROWS = 50;
  private static final Query QUERY =
      Queries.of("q", List.of(Messages.of("user", "u"), Messages.of("assistant", "a")));

  private final ServedSubsets served = ServedSubsets.keeping(Long.MAX_VALUE);
  private final ServedSubsets.OfPartition writer = served.open(0);

  /** Ids of all nominations that were looked up, in turn. */
  private final List<String> lookedUp = new ArrayList<>();

  private String sourceOfTheFirst = "source-0";

  @BeforeEach
  void publish() {
    List<Slot<String>> slots =
        IntStream.range(0, SIZE).mapToObj(i -> new Slot<>(i, 0, "c" + i, 1f / (i + 1))).toList();
    List<String> control = IntStream.range(SIZE - 10, SIZE + 10).mapToObj(i -> "c" + i).toList();
    writer.publish(
        task(),
        new CurrentSubset(slots, SubsetSizes.ofExamples(task(), SIZE), Optional.of(control)));
  }

  @Test
  void givenAPageWithoutAFilter_whenItIsRead_thenOnlyItsCandidatesAreLookedUp() {
    HeldPage page = page(Optional.empty(), 1_000);

    assertThat(page.matching()).isEqualTo(SIZE);
    assertThat(ids(page)).hasSize(ROWS).startsWith("c1000").isEqualTo(lookedUp);
  }

  @Test
  void givenSearches_whenOneWasMadeBefore_thenOnlyThePagesCandidatesAreLookedUp() {
    assertThat(page(search("nowhere"), 0).matching()).isZero();
    assertThat(lookedUp).hasSize(SIZE).doesNotHaveDuplicates();

    lookedUp.clear();
    HeldPage found = page(search("ASK 19"), 0);

    assertThat(found.matching()).isEqualTo(111);
    assertThat(ids(found)).hasSize(ROWS).startsWith("c19", "c190").isEqualTo(lookedUp);

    lookedUp.clear();
    HeldPage next = page(search("ask 19"), ROWS);

    assertThat(ids(next)).hasSize(ROWS).doesNotContainAnyElementsOf(ids(found)).isEqualTo(lookedUp);
  }

  @Test
  void givenAFilter_whenACandidateChanges_thenItAloneIsSummedUpAgain() {
    SubsetFilter source = SubsetFilter.of(Optional.empty(), Optional.of("source-0"), Map.of());
    int before = page(Optional.of(source), 0).matching();
    sourceOfTheFirst = "another";
    writer.forget(TASK, "c0");

    lookedUp.clear();
    HeldPage after = page(Optional.of(source), 0);

    assertThat(after.matching()).isEqualTo(before - 1);
    assertThat(lookedUp).hasSize(1 + ROWS).startsWith("c0").doesNotHaveDuplicates();
  }

  @Test
  void givenMetadata_whenSeveralConditionsAreGiven_thenAllOfThemHold() {
    SubsetFilter filter =
        SubsetFilter.of(Optional.of("say 1"), Optional.of("source-1"), Map.of("parity", "odd"));

    HeldPage found = page(Optional.of(filter), 0);

    assertThat(ids(found))
        .isNotEmpty()
        .allMatch(id -> id.startsWith("c1"))
        .allMatch(id -> Integer.parseInt(id.substring(1)) % 6 == 1);
  }

  @Test
  void givenSummaries_whenTheyAndTheSampleAreRead_thenEachCandidateIsLookedUpOnce() {
    SubsetView view = view();
    assertThat(view.summaries(Optional.of(100)).orElseThrow().summaries()).hasSize(100);
    assertThat(lookedUp).hasSize(100);

    view.summaries(Optional.empty());
    assertThat(view.sample().orElseThrow()).hasSize(20);
    view.sample();

    assertThat(lookedUp).hasSize(SIZE + 10).doesNotHaveDuplicates();
  }

  private HeldPage page(Optional<SubsetFilter> wanted, int offset) {
    return view().page(Optional.empty(), wanted, offset, ROWS).orElseThrow();
  }

  private SubsetView view() {
    ServedSubset subset = served.find(0, TASK).orElseThrow();
    return subset.view(
        new HeldTask(task(), Optional.empty(), Optional.empty()),
        subset.version(Duration.ZERO).orElseThrow(),
        id -> {
          lookedUp.add(id);
          return Optional.of(nomination(id));
        });
  }

  private static Optional<SubsetFilter> search(String text) {
    return Optional.of(SubsetFilter.of(Optional.of(text), Optional.empty(), Map.of()));
  }

  private static List<String> ids(HeldPage page) {
    return page.selected().stream().map(SelectedInstruction::getCandidateId).toList();
  }

  private Nomination nomination(String id) {
    int number = Integer.parseInt(id.substring(1));
    Candidate candidate =
        Candidate.newBuilder(
                Candidates.of(
                    id,
                    number == 0 ? sourceOfTheFirst : "source-" + number % 3,
                    List.of(
                        Messages.of("user", "Ask " + number),
                        Messages.of("assistant", "Say " + number))))
            .setMetadata(Map.of("parity", number % 2 == 0 ? "even" : "odd"))
            .build();
    return Nomination.newBuilder()
        .setCandidate(candidate)
        .setScores(List.of(1f / (number + 1)))
        .setShard(0)
        .build();
  }

  private static TargetTask task() {
    return TargetTask.newBuilder()
        .setTaskId(TASK)
        .setRevision(1)
        .setBudgets(List.of(100, SIZE))
        .setQueries(List.of(QUERY))
        .build();
  }
}
