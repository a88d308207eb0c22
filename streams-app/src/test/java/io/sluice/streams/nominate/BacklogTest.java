package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import io.sluice.streams.deadletter.InvalidRecordException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

/** A shard that reads earlier records for a task while it receives live ones. */
class BacklogTest {
  private static final float[] NEAR = {1, 0, 0, 0, 0, 0, 0, 0};
  private static final float[] FAR = {1, 1, 1, 0, 0, 0, 0, 0};

  private final ShardFixture shard = new ShardFixture(0);
  private final TargetTask task = Examples.task("t", 1, 1, 100);

  private void defineTask() {
    shard.define(task);
    shard.represent(Examples.query(task, 0, NEAR));
  }

  private static Representation candidate(String id) {
    return Examples.representation(id, NEAR);
  }

  private void arriveMany(int count) {
    for (int c = 0; c < count; c++) {
      shard.arrive(candidate("many" + c));
    }
  }

  /** Reads everything; the ids that were nominated in all, once per nomination. */
  private List<String> nominatedInTheEnd() {
    List<String> ids = new ArrayList<>();
    for (int round = 0; round < 10; round++) {
      shard.tick();
      shard.takeReports().stream()
          .map(report -> report.getBody())
          .filter(Nomination.class::isInstance)
          .forEach(body -> ids.add(((Nomination) body).getCandidate().getId()));
    }
    return ids;
  }

  @Test
  void givenALiveRetraction_whenItsCandidateIsReadLater_thenItIsNotNominated() {
    arriveMany(40);
    shard.arrive(candidate("gone"));
    defineTask();
    shard.slice();
    shard.retract("default", "gone");

    assertThat(nominatedInTheEnd()).hasSize(40).doesNotContain("gone");
  }

  @Test
  void givenARetractionThatIsCompactedAway_whenItsCandidateWasFetchedBefore_thenItIsNotNominated() {
    arriveMany(40);
    shard.arrive(candidate("gone"));
    defineTask();
    shard.slice();
    shard.retract("default", "gone");
    shard.arrive(candidate("last"));
    shard.compact();

    assertThat(nominatedInTheEnd()).hasSize(41).doesNotContain("gone");
  }

  @Test
  void givenALiveRepresentationThatCannotBeCompared_whenItsPredecessorIsRead_thenNeitherCounts() {
    arriveMany(40);
    shard.arrive(candidate("changed"));
    defineTask();
    shard.slice();
    Representation foreign =
        Representation.newBuilder(candidate("changed")).setFingerprint("another").build();
    assertThatThrownBy(() -> shard.arrive(foreign)).isInstanceOf(InvalidRecordException.class);

    assertThat(nominatedInTheEnd()).hasSize(40).doesNotContain("changed");
  }

  @Test
  void givenALiveRepresentationOfNewContent_whenTheOlderOneIsRead_thenTheNewOneCounts() {
    arriveMany(40);
    shard.arrive(Examples.representation("changed", FAR));
    defineTask();
    shard.slice();
    Representation near = candidate("changed");
    Candidate changed = Candidate.newBuilder(near.getCandidate()).setSource("elsewhere").build();
    shard.arrive(Representation.newBuilder(near).setCandidate(changed).build());

    assertThat(nominatedInTheEnd()).hasSize(41).containsOnlyOnce("changed");
    assertThat(shard.storedRows("t", 1)).isEqualTo(41);
  }

  @Test
  void givenLiveCandidatesThatAreNotScoredYet_whenTheShardStartsAgain_thenTheyAreReadAgain() {
    defineTask();
    shard.tick();
    arriveMany(20);
    shard.takeReports();

    shard.restart();

    assertThat(nominatedInTheEnd())
        .containsExactlyInAnyOrder("many16", "many17", "many18", "many19");
    assertThat(shard.storedRows("t", 1)).isEqualTo(20);
  }

  @Test
  void givenTwoTasks_whenTheSecondBeginsLater_thenBothScoreEverything() {
    arriveMany(100);
    defineTask();
    shard.slice();
    TargetTask second = Examples.task("u", 1, 1, 100);
    shard.define(second);
    shard.represent(Examples.query(second, 0, NEAR));

    nominatedInTheEnd();

    assertThat(shard.storedRows("t", 1)).isEqualTo(100);
    assertThat(shard.storedRows("u", 1)).isEqualTo(100);
  }

  @Test
  void givenProgress_whenItIsStored_thenItIsReadAsItWas() {
    for (ShardProgress progress :
        List.of(
            ShardProgress.BEGINNING,
            new ShardProgress(0, true, true),
            new ShardProgress(1L << 33, true, false),
            new ShardProgress(1L << 40, false, false))) {
      assertThat(restored(ShardProgress.serde(), progress)).isEqualTo(progress);
    }
  }

  @Test
  void givenProgressOfVersion01_whenItIsRead_thenThePartitionIsReadFromTheBeginning() {
    assertThat(ShardProgress.serde().deserializer().deserialize("", new byte[] {1, 1}))
        .isEqualTo(new ShardProgress(0, false, true));
  }

  @Test
  void givenARowOfVersion01_whenItIsRead_thenItsOffsetIsUnknown() {
    byte[] row = {0, 0, 0, 0, 0, 0, 0, 7, 0x3F, (byte) 0x80, 0, 0};

    assertThat(StoredContent.serde().deserializer().deserialize("", row))
        .usingRecursiveComparison()
        .isEqualTo(new StoredContent.Scored(7, -1, new float[] {1}, "", false, 0));
  }

  @Test
  void givenRows_whenTheyAreStored_thenTheyAreReadAsTheyWere() {
    String identity = "00112233445566778899aabbccddeeff";
    for (StoredContent row :
        List.of(
            new StoredContent.Scored(-1, 5, new float[] {1, -0.5f}, identity, true, 9),
            new StoredContent.Scored(1, 1L << 40, new float[] {0}, "", false, 0),
            new StoredContent.LeftOut(3, 4, "where:source"))) {
      assertThat(restored(StoredContent.serde(), row)).usingRecursiveComparison().isEqualTo(row);
    }
  }

  private static <T> T restored(Serde<T> serde, T value) {
    return serde.deserializer().deserialize("", serde.serializer().serialize("", value));
  }
}
