package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.select.ServedSubset.Version;
import io.sluice.streams.selection.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What readers find while the stream thread of a partition goes on. */
class ServedSubsetsTest {
  private static final int PARTITION = 3;
  private static final Query QUERY =
      Queries.of("q", List.of(Messages.of("user", "u"), Messages.of("assistant", "a")));

  /** About what a summary here takes. */
  private static final long BYTES_EACH = summaryBytes();

  private final ServedSubsets served = ServedSubsets.keeping(3 * BYTES_EACH);
  private final ServedSubsets.OfPartition writer = served.open(PARTITION);

  @Test
  void givenAPublishedSubset_whenACandidateIsWithdrawn_thenItIsBrokenUntilTheNextOne() {
    writer.publish(task("t"), subset("a", "b"));
    ServedSubset subset = served.find(PARTITION, "t").orElseThrow();
    Version before = subset.version(Duration.ZERO).orElseThrow();
    assertThat(subset.isWhole(before)).isTrue();

    writer.breakVersion("t");

    assertThat(subset.isWhole(before)).isFalse();
    assertThat(subset.version(Duration.ZERO)).isEmpty();
    writer.publish(task("t"), subset("a", "c"));
    assertThat(subset.isWhole(before)).isFalse();
    Version after = subset.version(Duration.ZERO).orElseThrow();
    assertThat(after.slots()).extracting(Slot::id).containsExactly("a", "c");
    assertThat(subset.isWhole(after)).isTrue();
  }

  @Test
  void givenABrokenSubset_whenTheNextOneIsPublished_thenAReaderThatWaitsGetsIt() {
    writer.publish(task("t"), subset("a"));
    ServedSubset subset = served.find(PARTITION, "t").orElseThrow();
    writer.breakVersion("t");
    CompletableFuture<Optional<Version>> reader =
        CompletableFuture.supplyAsync(() -> subset.version(Duration.ofMinutes(5)));

    writer.publish(task("t"), subset("b"));

    assertThat(reader.join().orElseThrow().slots()).extracting(Slot::id).containsExactly("b");
  }

  @Test
  void givenANominationThatWasLookedUp_whenItChanges_thenItIsLookedUpAgain() {
    writer.publish(task("t"), subset("a"));
    ServedSubset subset = served.find(PARTITION, "t").orElseThrow();
    assertThat(found(subset, "a", "old")).isEqualTo("old");
    assertThat(found(subset, "a", "new")).isEqualTo("old");

    writer.forget("t", "a");

    assertThat(found(subset, "a", "new")).isEqualTo("new");
  }

  @Test
  void givenALookUpDuringWhichTheNominationChanges_whenItIsLookedUpNext_thenTheOldOneIsNotKept() {
    writer.publish(task("t"), subset("a"));
    ServedSubset subset = served.find(PARTITION, "t").orElseThrow();

    view(
            subset,
            id -> {
              writer.forget("t", id);
              return nomination(id, "old");
            })
        .source()
        .summary("a");

    assertThat(found(subset, "a", "new")).isEqualTo("new");
  }

  @Test
  void givenMoreSummariesThanMayBeKept_whenAnotherTaskIsRead_thenThoseOfTheFirstGo() {
    writer.publish(task("t"), subset("a", "b"));
    writer.publish(task("u"), subset("c", "d"));
    ServedSubset first = served.find(PARTITION, "t").orElseThrow();
    ServedSubset second = served.find(PARTITION, "u").orElseThrow();
    List.of("a", "b").forEach(id -> found(first, id, "old"));
    served.used(first);
    assertThat(first.keptBytes()).isEqualTo(2 * BYTES_EACH);

    List.of("c", "d").forEach(id -> found(second, id, "old"));
    served.used(second);

    assertThat(first.keptBytes()).isZero();
    assertThat(second.keptBytes()).isEqualTo(2 * BYTES_EACH);
  }

  @Test
  void givenAPartitionThatMovedAndCameBack_whenTheOldProcessorCloses_thenTheNewOneStays() {
    writer.publish(task("t"), subset("a"));
    ServedSubset old = served.find(PARTITION, "t").orElseThrow();
    Version before = old.version(Duration.ZERO).orElseThrow();
    ServedSubsets.OfPartition next = served.open(PARTITION);
    assertThat(served.find(PARTITION, "t")).isEmpty();
    next.publish(task("t"), subset("b"));

    writer.close();

    assertThat(old.isWhole(before)).isFalse();
    assertThat(served.find(PARTITION, "t")).isPresent();
    next.close();
    assertThat(served.find(PARTITION, "t")).isEmpty();
  }

  private static long summaryBytes() {
    return CandidateSummary.of(nomination("a", "old")).bytes();
  }

  private static String found(ServedSubset subset, String id, String stored) {
    return view(subset, each -> nomination(each, stored))
        .source()
        .summary(id)
        .orElseThrow()
        .source();
  }

  private static SubsetView view(ServedSubset subset, Function<String, Nomination> stored) {
    Version version = subset.version(Duration.ZERO).orElseThrow();
    return subset.view(
        new HeldTask(version.task(), Optional.empty(), Optional.empty()),
        version,
        id -> Optional.of(stored.apply(id)));
  }

  private static Nomination nomination(String id, String source) {
    Candidate candidate =
        Candidates.of(id, source, List.of(Messages.of("user", "u"), Messages.of("assistant", "a")));
    return Nomination.newBuilder()
        .setCandidate(candidate)
        .setScores(List.of(1f))
        .setShard(0)
        .build();
  }

  private static TargetTask task(String id) {
    return TargetTask.newBuilder()
        .setTaskId(id)
        .setRevision(1)
        .setBudgets(List.of(2))
        .setQueries(List.of(QUERY))
        .build();
  }

  private static CurrentSubset subset(String... ids) {
    List<Slot<String>> slots =
        new ArrayList<>(
            IntStream.range(0, ids.length).mapToObj(i -> new Slot<>(i, 0, ids[i], 1f)).toList());
    return new CurrentSubset(
        slots, SubsetSizes.ofExamples(task("t"), ids.length), Optional.empty());
  }
}
