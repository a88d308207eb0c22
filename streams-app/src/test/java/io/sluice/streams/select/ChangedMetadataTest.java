package io.sluice.streams.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Arm;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.Withdrawal;
import io.sluice.streams.Examples;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A candidate that is nominated again with other metadata, for a task whose first job is open. */
class ChangedMetadataTest {
  private static final Map<String, String> CHANGED = Map.of("licence", "mit");

  private final SelectFixture select = new SelectFixture(1);

  @BeforeEach
  void fireFirstJob() {
    select.define(task(1));
    nominateAll(1);
    select.tick();
    assertThat(select.fired()).hasSize(1);
  }

  @Test
  void givenASelectedCandidate_whenItsMetadataChanges_thenOnlyItsRecordIsPublishedAgain() {
    Map<String, SelectedInstruction> before = new HashMap<>(select.subset("t"));

    select.report(nomination(1, "c2", CHANGED));
    select.tick();

    Map<String, SelectedInstruction> after = select.subset("t");
    assertThat(after.get("c2"))
        .isEqualTo(SelectedInstruction.newBuilder(before.get("c2")).setMetadata(CHANGED).build());
    assertThat(after).hasSize(4);
    for (String other : List.of("c1", "c3", "c4")) {
      assertThat(after.get(other)).isSameAs(before.get(other));
    }
  }

  @Test
  void givenChangedMetadata_whenItIsRepeated_thenNothingIsPublished() {
    select.report(nomination(1, "c2", CHANGED));
    select.tick();
    SelectedInstruction published = select.subset("t").get("c2");

    select.report(nomination(1, "c2", CHANGED));
    select.tick();
    select.restart();
    select.report(nomination(1, "c2", CHANGED));
    select.tick();

    assertThat(select.subset("t").get("c2")).isSameAs(published);
  }

  @Test
  void givenChangedMetadata_whenRestartedBeforeThePublication_thenItIsPublishedOnce() {
    select.report(nomination(1, "c2", CHANGED));
    select.restart();
    select.tick();

    SelectedInstruction published = select.subset("t").get("c2");
    assertThat(published.getMetadata()).isEqualTo(CHANGED);
    select.restart();
    select.tick();
    assertThat(select.subset("t").get("c2")).isSameAs(published);
  }

  @Test
  void givenAFiredJob_whenMetadataChanges_thenTheJobStaysAsItIsAndTheNextOneHasTheNewMetadata() {
    SelectFixture.FiredJob first = select.fired().get(0);

    select.report(nomination(1, "c2", CHANGED));
    select.tick();
    select.cancel("t", first.job().getJobId());
    select.fire("t", 4, "again");

    assertThat(select.job(first.job().getJobId()).getRetracted()).isEmpty();
    assertThat(select.fired()).hasSize(2);
    assertThat(metadata(first)).hasSizeGreaterThan(4).allMatch(Map::isEmpty);
    assertThat(metadata(select.fired().get(1))).contains(CHANGED);
  }

  /** The metadata of all examples that are candidates. */
  private static List<Map<String, String>> metadata(SelectFixture.FiredJob fired) {
    return fired.dataset().stream()
        .filter(example -> example.getCandidateId().startsWith("c"))
        .map(DatasetRecord::getMetadata)
        .toList();
  }

  @Test
  void givenAnIncomingRevision_whenMetadataChangesForIt_thenItIsPublishedWhenItIsServed() {
    select.define(task(2));
    select.report(nomination(2, "c2", Map.of()));
    SelectedInstruction before = select.subset("t").get("c2");

    select.report(nomination(2, "c2", CHANGED));
    select.tick();
    assertThat(select.subset("t").get("c2")).isSameAs(before);
    select.restart();
    nominateOthers(2);
    select.tick();

    assertThat(select.subset("t").get("c2").getRevision()).isEqualTo(2);
    assertThat(select.subset("t").get("c2").getMetadata()).isEqualTo(CHANGED);
  }

  @Test
  void givenACandidateThatIsNotSelected_whenItsMetadataChangesAndItIsSelected_thenItHasTheNewOne() {
    select.report(nomination(1, "c5", Map.of()));
    select.report(nomination(1, "c5", CHANGED));
    select.tick();
    assertThat(select.subset("t")).doesNotContainKey("c5");

    select.report(report(1, new Withdrawal("c1")));
    select.tick();

    assertThat(select.subset("t").get("c5").getMetadata()).isEqualTo(CHANGED);
  }

  private void nominateAll(int revision) {
    select.report(nomination(revision, "c2", Map.of()));
    nominateOthers(revision);
  }

  private void nominateOthers(int revision) {
    for (String id : List.of("c1", "c3", "c4")) {
      select.report(nomination(revision, id, Map.of()));
    }
    select.report(report(revision, PoolCount.newBuilder().setScored(8).setWaiting(0).build()));
  }

  /** The score is the higher, the lower the number of the candidate. */
  private static ShardReport nomination(int revision, String id, Map<String, String> metadata) {
    return report(
        revision,
        Nomination.newBuilder()
            .setScores(List.of(1f / Integer.parseInt(id.substring(1))))
            .setCandidate(
                Candidate.newBuilder(Examples.candidate(id)).setMetadata(metadata).build())
            .build());
  }

  private static ShardReport report(int revision, Object body) {
    return new ShardReport("t", revision, 0, body);
  }

  private static TargetTask task(int revision) {
    return TargetTask.newBuilder(Examples.task("t", revision, 1, 4))
        .setControls(List.of(Arm.NONE, Arm.RANDOM))
        .build();
  }
}
