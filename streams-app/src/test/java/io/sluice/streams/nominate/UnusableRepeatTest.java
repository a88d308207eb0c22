package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import io.sluice.streams.deadletter.InvalidRecordException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The last record of a candidate counts, also if it repeats the content but cannot be used: after
 * compaction it is the only one, so that a task must not depend on whether it has read an earlier
 * one.
 */
class UnusableRepeatTest {
  private static final float[] VECTOR = {1, 0, 0, 0, 0, 0, 0, 0};

  private final ShardFixture shard = new ShardFixture(0);

  @BeforeEach
  void scoreTwo() {
    put("before");
    shard.arrive(Examples.representation("x", VECTOR));
    shard.arrive(Examples.representation("y", VECTOR));
    settle();
    assertThat(shard.storedRows("before", 1)).isEqualTo(2);
  }

  @Test
  void givenARepeatOfAnotherFingerprint_whenItArrives_thenItIsRefusedAndNoTaskHoldsTheCandidate() {
    refuse(Examples.representation("x", VECTOR, "another"));
    assertThatLaterTasksHold(1);
  }

  @Test
  void givenARepeatWithoutDirection_whenItArrives_thenItIsRefusedAndNoTaskHoldsTheCandidate() {
    Representation repeat = Examples.representation("x", VECTOR);
    refuse(
        Representation.newBuilder(repeat)
            .setFeatures(ByteBuffer.allocate(repeat.getFeatures().remaining()))
            .build());
    assertThatLaterTasksHold(1);
  }

  @Test
  void givenARepeat_whenItArrives_thenAllTasksHoldTheCandidate() {
    shard.arrive(Examples.representation("x", VECTOR));
    assertThatLaterTasksHold(2);
  }

  @Test
  void givenARefusedRepeat_whenAUsableOneFollows_thenAllTasksHoldTheCandidateAgain() {
    refuse(Examples.representation("x", VECTOR, "another"));
    shard.arrive(Examples.representation("x", VECTOR));
    assertThatLaterTasksHold(2);
  }

  private void put(String taskId) {
    TargetTask task = Examples.task(taskId, 1, 1, 100);
    shard.define(task);
    shard.represent(Examples.query(task, 0, VECTOR));
  }

  private void refuse(Representation representation) {
    assertThatThrownBy(() -> shard.arrive(representation))
        .isInstanceOf(InvalidRecordException.class);
  }

  private void settle() {
    for (int tick = 0; tick < 10; tick++) {
      shard.tick();
    }
  }

  private void assertThatLaterTasksHold(int candidates) {
    settle();
    put("uncompacted");
    settle();
    shard.arrive(Examples.representation("z", VECTOR));
    shard.compact();
    put("compacted");
    settle();
    assertThat(shard.storedRows("before", 1)).isEqualTo(candidates + 1);
    assertThat(shard.storedRows("uncompacted", 1)).isEqualTo(candidates + 1);
    assertThat(shard.storedRows("compacted", 1)).isEqualTo(candidates + 1);
  }
}
