package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import java.util.OptionalInt;

/** Finds out whether a task that was removed has been put again. */
@FunctionalInterface
interface RevisionsPutAgain {
  /**
   * The lowest revision of a task since it was removed, as far as compaction has left it.
   *
   * @param removal the offset at which the task was removed
   * @return empty when the task has not been put again
   * @throws ServiceFailure when the tasks cannot be read
   */
  OptionalInt after(String taskId, long removal);
}
