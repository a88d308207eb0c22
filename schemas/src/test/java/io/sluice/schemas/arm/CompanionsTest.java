package io.sluice.schemas.arm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.schemas.Arm;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompanionsTest {
  private static final TargetTask TASK =
      TargetTask.newBuilder()
          .setTaskId("maths")
          .setRevision(3)
          .setRepresentationId("gradients")
          .setBudgets(List.of(5))
          .setQueries(List.of())
          .setControls(List.of(Arm.NONE, Arm.RANDOM))
          .setRandomDraws(3)
          .setArms(
              List.of(
                  new TaskArm("rds", "hidden", "round-robin"),
                  new TaskArm("best", "", "doubly-greedy"),
                  new TaskArm("mean", "texts", "knn-uniform"),
                  new TaskArm("rds-best", "hidden", "doubly-greedy")))
          .build();

  @Test
  void givenATask_whenAskedForItsFurtherArms_thenRandomSubsetsComeFirst() {
    assertThat(FurtherArm.of(TASK))
        .extracting(arm -> arm.name().label(), FurtherArm::representationId, FurtherArm::algorithm)
        .containsExactly(
            tuple("random-1", "gradients", "random:1"),
            tuple("random-2", "gradients", "random:2"),
            tuple("rds", "hidden", "round-robin"),
            tuple("best", "gradients", "doubly-greedy"),
            tuple("mean", "texts", "knn-uniform"),
            tuple("rds-best", "hidden", "doubly-greedy"));
  }

  @Test
  void givenArmsWithOtherRepresentations_whenSplit_thenThereIsOneCompanionForEach() {
    List<TargetTask> companions = Companions.of(TASK);

    assertThat(companions)
        .extracting(TargetTask::getTaskId)
        .containsExactly("maths@hidden", "maths@texts");
    TargetTask hidden = companions.get(0);
    assertThat(hidden.getRepresentationId()).isEqualTo("hidden");
    assertThat(hidden.getRevision()).isEqualTo(3);
    assertThat(FurtherArm.of(hidden))
        .extracting(arm -> arm.name().label())
        .containsExactly("rds", "rds-best");
    assertThat(Companions.of(hidden)).as("a companion has no companions").isEmpty();
  }

  @Test
  void givenARepresentation_whenAskedWhatItsWorkersRepresent_thenTheTaskOrItsCompanion() {
    assertThat(Companions.represented(TASK, "gradients")).contains(TASK);
    assertThat(Companions.represented(TASK, "texts"))
        .map(TargetTask::getTaskId)
        .contains("maths@texts");
    assertThat(Companions.represented(TASK, "unknown")).isEmpty();
  }

  @Test
  void givenAnId_whenAskedForItsTask_thenACompanionsIsFound() {
    assertThat(Companions.taskId("maths@hidden")).isEqualTo("maths");
    assertThat(Companions.taskId("maths")).isEqualTo("maths");
    assertThat(Companions.isCompanion("maths@hidden")).isTrue();
    assertThat(Companions.isCompanion("maths")).isFalse();
    assertThat(Companions.representationId("maths@hidden")).contains("hidden");
    assertThat(Companions.representationId("maths")).isEmpty();
  }
}
