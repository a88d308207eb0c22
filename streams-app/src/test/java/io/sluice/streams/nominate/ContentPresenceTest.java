package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.ContentPresence;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.Representation;
import io.sluice.schemas.Rules;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a shard reports of contents, of a task whose contents count once and whose budget is 1. */
class ContentPresenceTest {
  private final ShardFixture shard = new ShardFixture(0);

  @Test
  void givenCopies_whenTheyArriveAndLeave_thenTheFirstAndTheLastAreReported() {
    define(Duplicates.ONE);

    arrive("a1", 'a');
    List<ContentPresence> first = presences();
    arrive("a2", 'a');
    assertThat(presences()).isEmpty();
    shard.retract("default", "a1");
    assertThat(presences()).isEmpty();
    shard.retract("default", "a2");

    assertThat(first).singleElement().matches(ContentPresence::getPresent);
    assertThat(presences()).containsExactly(new ContentPresence(first.get(0).getContent(), false));
  }

  @Test
  void givenDifferentContents_whenTheyArrive_thenEachIsReported() {
    define(Duplicates.ONE);

    arrive("a1", 'a');
    arrive("b1", 'b');

    assertThat(presences())
        .extracting(ContentPresence::getContent)
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  @Test
  void givenScoredContents_whenStartedAgain_thenTheyAreCountedButNotReportedAgain() {
    define(Duplicates.ONE);
    arrive("a1", 'a');
    arrive("a2", 'a');
    arrive("b1", 'b');
    shard.tick();
    shard.takeReports();

    shard.restart();
    shard.tick();

    List<ShardReport> reports = shard.takeReports();
    assertThat(reports).hasSize(1);
    assertThat(count(reports)).isEqualTo(3);
    arrive("a3", 'a');
    assertThat(presences()).isEmpty();
  }

  @Test
  void givenASuccessorThatIsDue_whenStartedAgain_thenContentsAreReportedWhenTheLastCopyLeaves() {
    define(Duplicates.ONE);
    arrive("a1", 'a');
    arrive("a2", 'a');
    arrive("a3", 'a');
    shard.tick();
    shard.takeReports();

    shard.retract("default", "a1");
    shard.restart();
    shard.retract("default", "a2");
    assertThat(presences()).isEmpty();
    arrive("a4", 'a');
    shard.retract("default", "a3");
    shard.tick();
    List<ShardReport> reports = shard.takeReports();

    assertThat(presences(reports)).isEmpty();
    assertThat(count(reports)).isEqualTo(1);
    shard.retract("default", "a4");
    assertThat(presences()).singleElement().matches(presence -> !presence.getPresent());
  }

  @Test
  void givenATaskWhoseCandidatesCountEach_whenCopiesArriveAndLeave_thenNoContentIsReported() {
    define(Duplicates.ALL);

    arrive("a1", 'a');
    arrive("a2", 'a');
    shard.retract("default", "a1");
    shard.retract("default", "a2");
    shard.tick();

    assertThat(presences()).isEmpty();
  }

  private void define(Duplicates duplicates) {
    TargetTask task =
        TargetTask.newBuilder(Examples.task("t", 1, 1, 1))
            .setRules(Rules.newBuilder().setDuplicates(duplicates).build())
            .build();
    shard.define(task);
    shard.represent(Examples.query(task, 0, new float[] {1, 0, 0, 0, 0, 0, 0, 0}));
  }

  private void arrive(String id, char content) {
    float[] vector = {content, 1, 0, 0, 0, 0, 0, 0};
    shard.arrive(
        Representation.newBuilder(Examples.representation(id, vector))
            .setTokensHash(ByteBuffer.wrap(new byte[] {(byte) content}))
            .build());
    shard.slice();
  }

  private List<ContentPresence> presences() {
    return presences(shard.takeReports());
  }

  private static List<ContentPresence> presences(List<ShardReport> reports) {
    return reports.stream()
        .map(ShardReport::getBody)
        .filter(ContentPresence.class::isInstance)
        .map(ContentPresence.class::cast)
        .toList();
  }

  private static long count(List<ShardReport> reports) {
    return ((PoolCount) reports.get(reports.size() - 1).getBody()).getScored();
  }
}
