package io.sluice.streams.select;

import io.sluice.schemas.SelectedKey;
import io.sluice.streams.revision.TaskKey;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Publishes the changes of tasks' subsets. Each method updates the stored subset, its copy in
 * memory and the published records together, so that they never differ. Not thread-safe; owned by
 * the processor of one partition.
 */
final class SubsetKeeper {
  private final SelectStores stores;
  private final BiConsumer<String, SelectOutput> publish;

  /**
   * Creates the keeper for the tasks of one partition.
   *
   * @param publish receives the task id and each publication
   */
  SubsetKeeper(SelectStores stores, BiConsumer<String, SelectOutput> publish) {
    this.stores = stores;
    this.publish = publish;
  }

  /** Publishes the differences between the published subset and the current selection. */
  void publishChanges(ServedTask task) {
    CurrentSubset selected = task.served().current();
    PublishedSubset.Changes changes = task.published().changesTo(selected);
    changes.left().forEach(id -> publishRemoval(task, id));
    changes.moved().forEach((id, place) -> publishPlace(task, id, place));
    task.published().reach(selected);
  }

  /** Publishes the removal of every candidate of a task that was removed. */
  void publishRemovalOfAll(ServedTask task) {
    task.published().ids().forEach(id -> publishRemoval(task, id));
  }

  /**
   * Marks the published record of a candidate as out of date, so that the candidate is published
   * again if it is still selected at the next publication. Does nothing for a candidate that is not
   * published.
   */
  void outdate(ServedTask task, String candidateId) {
    if (task.published().contains(candidateId)) {
      task.published().put(candidateId, SubsetPlace.OUTDATED);
      stores.putPublished(task.served().key(candidateId), SubsetPlace.OUTDATED);
    }
  }

  private void publishRemoval(ServedTask task, String candidateId) {
    stores.dropPublished(task.served().key(candidateId));
    task.published().remove(candidateId);
    publish.accept(
        task.id(),
        new SelectOutput.Selected(new SelectedKey(task.id(), candidateId), Optional.empty()));
  }

  private void publishPlace(ServedTask task, String candidateId, SubsetPlace place) {
    TaskKey key = task.served().key(candidateId);
    stores.putPublished(key, place);
    task.published().put(candidateId, place);
    publish.accept(
        task.id(),
        new SelectOutput.Selected(
            new SelectedKey(task.id(), candidateId),
            Optional.of(
                SubsetRecords.selected(
                    task.served().definition(), place, stores.nominationOf(key)))));
  }
}
