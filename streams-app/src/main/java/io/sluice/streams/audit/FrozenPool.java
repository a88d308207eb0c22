package io.sluice.streams.audit;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a job has selected by one representation, and what it says of the pool that it was selected
 * from.
 *
 * @param job the job
 * @param definition the task, or its companion for the representation
 * @param fingerprint fingerprint of the representation when the job fired
 * @param offsets for each partition of the representations topic the offset below which records
 *     count
 * @param selections the parts of the dataset, at least one
 */
public record FrozenPool(
    FineTuneJob job,
    TargetTask definition,
    String fingerprint,
    List<Long> offsets,
    List<FrozenSelection> selections) {
  /** Keeps immutable copies of the lists. */
  public FrozenPool {
    offsets = List.copyOf(offsets);
    selections = List.copyOf(selections);
  }

  /**
   * The pools of a job: first that of the task's own representation, with the random subsets and
   * the arms that share it, and then those of other representations.
   *
   * @param task the task in the revision of the job
   */
  public static List<FrozenPool> of(FrozenDataset frozen, TargetTask task) {
    List<FrozenPool> pools = new ArrayList<>();
    pools.add(own(frozen, task));
    for (TargetTask companion : Companions.of(task)) {
      FineTuneJob job = frozen.job();
      List<JobArm> arms = arms(job, companion);
      if (!arms.isEmpty()) {
        // One selection made all of them, at the same moment.
        String fingerprint = arms.get(0).getFingerprint();
        List<Long> offsets = arms.get(0).getOffsets();
        pools.add(new FrozenPool(job, companion, fingerprint, offsets, selections(frozen, arms)));
      }
    }
    return List.copyOf(pools);
  }

  private static FrozenPool own(FrozenDataset frozen, TargetTask task) {
    FineTuneJob job = frozen.job();
    List<FrozenSelection> selections = new ArrayList<>();
    selections.add(FrozenSelection.selected(job, frozen.selected()));
    if (!frozen.random().isEmpty()) {
      selections.add(FrozenSelection.random(job, frozen.random()));
    }
    selections.addAll(selections(frozen, arms(job, task)));
    return new FrozenPool(job, task, job.getFingerprint(), job.getOffsets(), selections);
  }

  private static List<JobArm> arms(FineTuneJob job, TargetTask definition) {
    return job.getArms().stream()
        .filter(arm -> arm.getRepresentationId().equals(definition.getRepresentationId()))
        .toList();
  }

  private static List<FrozenSelection> selections(FrozenDataset frozen, List<JobArm> arms) {
    return arms.stream()
        .map(arm -> FrozenSelection.of(frozen.job(), arm, frozen.arms().get(arm.getName())))
        .toList();
  }

  /** The names of the further arms that were selected from this pool. */
  public List<String> arms() {
    return selections.stream().map(FrozenSelection::arm).filter(arm -> !arm.isEmpty()).toList();
  }

  /** The ids of the candidates that at least one selection has; a new, modifiable set. */
  public Set<String> candidates() {
    Set<String> ids = new LinkedHashSet<>();
    selections.forEach(
        selection -> selection.examples().forEach(each -> ids.add(each.getCandidateId())));
    return ids;
  }
}
