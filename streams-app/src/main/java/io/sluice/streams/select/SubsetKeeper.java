package io.sluice.streams.select;

import io.sluice.schemas.SelectedKey;
import io.sluice.streams.revision.TaskKey;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Publishes the changes of tasks' subsets. What is stored of a published subset, what is kept of it
 * in memory and what is published change together.
 */
final class SubsetKeeper {
  private final SelectStores stores;
  private final BiConsumer<String, Publication> publish;

  /**
   * Prepares a keeper for the tasks of one partition.
   *
   * @param publish takes what is to be published, by task id
   */
  SubsetKeeper(SelectStores stores, BiConsumer<String, Publication> publish) {
    this.stores = stores;
    this.publish = publish;
  }

  /** Publishes what leads from the subset that consumers have to the one that is selected now. */
  void publishChanges(ServedTask task) {
    PublishedSubset.Changes changes = task.published().changesTo(task.served().tiersById());
    changes.left().forEach(id -> publishRemoval(task, id));
    changes.moved().forEach((id, tier) -> publishTier(task, id, tier));
  }

  /** Removes every candidate from the subset that consumers have, for a task that is removed. */
  void publishRemovalOfAll(ServedTask task) {
    task.published().ids().forEach(id -> publishRemoval(task, id));
  }

  /**
   * Has a candidate published again if it is still selected at the next publication, because what
   * consumers have of it is no longer true. Does nothing for a candidate that is not published.
   */
  void outdate(ServedTask task, String candidateId) {
    if (task.published().contains(candidateId)) {
      task.published().put(candidateId, PublishedSubset.OUTDATED);
      stores.putPublished(task.served().key(candidateId), PublishedSubset.OUTDATED);
    }
  }

  private void publishRemoval(ServedTask task, String candidateId) {
    stores.dropPublished(task.served().key(candidateId));
    task.published().remove(candidateId);
    publish.accept(
        task.id(),
        new Publication.Selected(new SelectedKey(task.id(), candidateId), Optional.empty()));
  }

  private void publishTier(ServedTask task, String candidateId, int tier) {
    TaskKey key = task.served().key(candidateId);
    stores.putPublished(key, tier);
    task.published().put(candidateId, tier);
    publish.accept(
        task.id(),
        new Publication.Selected(
            new SelectedKey(task.id(), candidateId),
            Optional.of(
                Publications.selected(
                    task.served().definition(), tier, stores.nominationOf(key)))));
  }
}
