package io.sluice.local.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.ArmStatus;
import io.sluice.schemas.Representation;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.arm.FurtherArm;
import io.sluice.streams.testing.BatchSelection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The subset of every task is the batch selection from all candidates that are not retracted. */
final class SubsetsAreBatch implements Guarantee {
  @Override
  public void check(Evidence evidence) {
    Map<String, TargetTask> tasks = evidence.inputs().tasks();
    evidence
        .outputs()
        .selected()
        .forEach(
            (taskId, subset) -> {
              if (!tasks.containsKey(taskId)) {
                assertThat(subset).as("subset of removed task %s", taskId).isEmpty();
              }
            });
    assertThat(evidence.outputs().statuses().keySet()).isEqualTo(tasks.keySet());
    tasks.values().forEach(task -> check(task, evidence));
  }

  private static void check(TargetTask task, Evidence evidence) {
    Map<String, float[]> rows = evidence.inputs().scoreRows(task);
    Map<String, Integer> expected = BatchSelection.tiers(task, rows);
    Map<String, SelectedInstruction> subset =
        evidence.outputs().selected().getOrDefault(task.getTaskId(), Map.of());
    Map<String, Integer> actual = new HashMap<>();
    subset.forEach((id, selected) -> actual.put(id, selected.getTier()));
    assertThat(actual)
        .as("tiers of %s revision %d", task.getTaskId(), task.getRevision())
        .isEqualTo(expected);
    subset.forEach(
        (id, selected) -> {
          Representation candidate =
              evidence.inputs().candidate(task.getRepresentationId(), id).orElseThrow();
          assertThat(selected.getRevision()).isEqualTo(task.getRevision());
          assertThat(selected.getMessages()).isEqualTo(candidate.getCandidate().getMessages());
          assertThat(selected.getScores()).isEqualTo(boxed(rows.get(id)));
        });
    checkArms(task, evidence);
  }

  /** The arms have as many candidates as the batch rule selects from their own pools. */
  private static void checkArms(TargetTask task, Evidence evidence) {
    int largest = task.getBudgets().get(task.getBudgets().size() - 1);
    List<ArmStatus> counted = evidence.outputs().statuses().get(task.getTaskId()).getArms();
    List<FurtherArm> arms = FurtherArm.of(task);
    assertThat(counted).hasSameSizeAs(arms);
    for (int i = 0; i < arms.size(); i++) {
      TargetTask pool = Companions.represented(task, arms.get(i).representationId()).orElseThrow();
      int candidates = evidence.inputs().scoreRows(pool).size();
      assertThat(counted.get(i).getPool()).as("pool of arm %s", arms.get(i)).isEqualTo(candidates);
      assertThat(counted.get(i).getWaiting()).isZero();
      assertThat(counted.get(i).getSelected()).isEqualTo(Math.min(candidates, largest));
    }
  }

  private static List<Float> boxed(float[] row) {
    Float[] boxed = new Float[row.length];
    for (int i = 0; i < row.length; i++) {
      boxed[i] = row[i];
    }
    return List.of(boxed);
  }
}
