package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.QueryRepresentationKey;
import java.util.List;

/** Finds the published query representations of a task and its companions, of all revisions. */
@FunctionalInterface
interface PublishedQueries {
  /**
   * The keys that currently have a value.
   *
   * @throws ServiceFailure when they cannot be read
   */
  List<QueryRepresentationKey> of(String taskId);
}
