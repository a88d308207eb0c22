package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decides on the records of one topic. Used by one thread at a time. */
interface Stage {
  /**
   * Decides on records.
   *
   * @param records of the stage's topic, those of each partition in its order
   * @return one verdict per record, in order
   * @throws ServiceFailure when the worker cannot continue, for a reason that is not in a record
   */
  List<Verdict> decide(List<ConsumerRecord<byte[], byte[]>> records);

  /**
   * Whether the stage reads its own output topic. If so, a batch is decided on only after the
   * output of the previous batch is published; otherwise while that is being published.
   */
  boolean readsWhatItPublished();
}
