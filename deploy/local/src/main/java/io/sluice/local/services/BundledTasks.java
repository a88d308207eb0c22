package io.sluice.local.services;

import io.sluice.local.bundled.BundledData;
import io.sluice.schemas.Arm;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.TargetTasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Puts the bundled tasks and candidates into a Kafka that has no task yet. */
public final class BundledTasks {
  /** Budgets of each task, in examples. */
  private static final List<Integer> BUDGETS = List.of(50, 100, 200);

  /**
   * Only the smallest budget has a job by itself, when all candidates are scored: the others are
   * left to those who want to fire one.
   */
  private static final double MIN_POOL_FACTOR = 60;

  /** Trainings that suit the bundled model, and take seconds. */
  private static final HyperParameters TRAINING =
      HyperParameters.newBuilder()
          .setEpochs(4)
          .setBatchSize(16)
          .setLearningRate(2e-3)
          .setLoraRank(8)
          .setLoraAlpha(32)
          .build();

  private BundledTasks() {}

  /**
   * Sends the tasks and then the candidates, unless there is a task already.
   *
   * @return whether they were sent
   * @throws KafkaException when Kafka does not take them
   * @throws InterruptedException when the thread is interrupted meanwhile
   */
  public static boolean sendToEmpty(KafkaAccess kafka) throws InterruptedException {
    TargetTasks tasks = new TargetTasks(kafka);
    if (!tasks.all().isEmpty()) {
      return false;
    }
    BundledData data = BundledData.make();
    data.tasks()
        .forEach(
            (id, queries) ->
                tasks.put(
                    TargetTask.newBuilder()
                        .setTaskId(id)
                        .setRevision(1)
                        .setQueries(queries)
                        .setBudgets(BUDGETS)
                        .setMinPoolFactor(MIN_POOL_FACTOR)
                        .setControls(List.of(Arm.NONE, Arm.RANDOM))
                        .setHyperParameters(TRAINING)
                        .setSeeds(List.of(0, 1, 2))
                        .build()));
    try (Producer<String, Candidate> producer = kafka.producer(kafka.serdes().value())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (Candidate candidate : data.candidates()) {
        sent.add(
            producer.send(
                new ProducerRecord<>(kafka.topics().candidates(), candidate.getId(), candidate)));
      }
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new KafkaException(
          "the bundled candidates were not sent: " + e.getCause().getMessage(), e);
    }
    return true;
  }
}
