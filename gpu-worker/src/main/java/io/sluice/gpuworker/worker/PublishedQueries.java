package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.QueryRepresentationKey;
import java.util.List;

/** Which query representations of a task are published, of whatever revision. */
@FunctionalInterface
interface PublishedQueries {
  /**
   * The keys that have a value now.
   *
   * @throws ServiceFailure when they cannot be read
   */
  List<QueryRepresentationKey> of(String taskId);
}
