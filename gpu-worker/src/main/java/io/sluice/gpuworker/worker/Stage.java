package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decides what becomes of the records of one topic. Used by one thread at a time. */
interface Stage {
  /**
   * Decides on records.
   *
   * @param records records of the stage's topic, those of a partition in its order
   * @return one verdict a record, in order
   * @throws ServiceFailure when the worker cannot go on, through no fault of a record
   */
  List<Verdict> decide(List<ConsumerRecord<byte[], byte[]>> records);

  /**
   * Whether it looks at what it has published before: then a batch is decided on only when what the
   * one before gave is published, else while it is being published.
   */
  boolean readsWhatItPublished();
}
