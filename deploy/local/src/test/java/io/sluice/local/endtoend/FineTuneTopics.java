package io.sluice.local.endtoend;

import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.Arm;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.dataset.ExampleHashes;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.schemas.topic.Topics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Lets a test write and read the topics that trainers use. */
final class FineTuneTopics implements AutoCloseable {
  /** Number of partitions of the topics that are spread by task. */
  private final int partitions;

  private final Topics names;
  private final TopicClient topics;
  private final Serde<FineTuneJob> jobs;
  private final Serde<DatasetRecord> datasets;
  private final Serde<FineTuneResult> results;

  /**
   * Uses existing topics.
   *
   * @param partitions number of partitions of the topics that are spread by task
   */
  FineTuneTopics(String bootstrapServers, AvroSerdes avro, Topics names, int partitions) {
    this.names = names;
    this.partitions = partitions;
    this.topics = new TopicClient(bootstrapServers);
    this.jobs = avro.value();
    this.datasets = avro.value();
    this.results = avro.value();
  }

  /** Creates the topics of a test and uses them. */
  static FineTuneTopics create(TestKafka kafka, int partitions) throws InterruptedException {
    kafka.createTopics(new TopicSetup(partitions, partitions));
    return new FineTuneTopics(
        kafka.bootstrapServers(),
        AvroSerdes.forRegistry(kafka.schemaRegistry()),
        kafka.topics(),
        partitions);
  }

  /**
   * Returns a job that trains on the first half of the examples, with the second half as its random
   * control.
   *
   * @param id both the job id and the task id
   */
  static FineTuneJob.Builder job(String id, List<Candidate> examples, List<Query> queries) {
    int half = examples.size() / 2;
    return FineTuneJob.newBuilder()
        .setJobId(id)
        .setTaskId(id)
        .setRevision(1)
        .setRepresentationId("default")
        .setAlgorithm("round-robin")
        .setBudget(half)
        .setSequence(0)
        .setExamples(half)
        .setPoolSize(examples.size())
        .setDatasetChecksum(order(examples.subList(0, half)))
        .setControls(List.of(Arm.NONE, Arm.RANDOM))
        .setControlChecksum(order(examples.subList(half, 2 * half)))
        .setQueries(queries.size())
        .setQuerySetHash(ExampleHashes.ofQueries(queries))
        .setHeldOutHash(ExampleHashes.ofQueries(List.of()));
  }

  /** A further arm that consists of the first of the examples. */
  static JobArm arm(String name, List<Candidate> examples, int size) {
    return new JobArm(
        name,
        "hidden",
        "f",
        "round-robin",
        false,
        (long) examples.size(),
        size,
        order(examples.subList(0, size)),
        List.of());
  }

  private static String order(List<Candidate> examples) {
    return ExampleHashes.ofOrder(examples.stream().map(Candidate::getId).toList());
  }

  /** Publishes a job with its dataset. */
  void fire(FineTuneJob job, List<Candidate> examples, List<Query> queries) {
    for (int i = 0; i < job.getExamples(); i++) {
      put(job, DatasetPart.SELECTED, i, examples.get(i).getId(), examples.get(i).getMessages());
    }
    int random = job.getControls().contains(Arm.RANDOM) ? job.getExamples() : 0;
    for (int i = 0; i < random; i++) {
      Candidate example = examples.get(job.getExamples() + i);
      put(job, DatasetPart.RANDOM, i, example.getId(), example.getMessages());
    }
    for (JobArm arm : job.getArms()) {
      for (int i = 0; i < arm.getExamples(); i++) {
        Candidate example = examples.get(i);
        put(job, DatasetPart.ARM, arm.getName(), i, example.getId(), example.getMessages());
      }
    }
    for (int i = 0; i < queries.size(); i++) {
      put(job, DatasetPart.QUERIES, i, queries.get(i).getId(), queries.get(i).getMessages());
    }
    put(job);
  }

  private void put(FineTuneJob job, DatasetPart part, int rank, String id, List<Message> messages) {
    put(job, part, "", rank, id, messages);
  }

  private void put(
      FineTuneJob job, DatasetPart part, String arm, int rank, String id, List<Message> messages) {
    topics.write(
        names.fineTuneDatasets(),
        Serdes.String(),
        datasets,
        job.getJobId(),
        DatasetRecord.newBuilder()
            .setJobId(job.getJobId())
            .setTaskId(job.getTaskId())
            .setPart(part)
            .setArm(arm)
            .setRank(rank)
            .setCandidateId(id)
            .setQuery(id)
            .setScore(0)
            .setMessages(messages)
            .build(),
        partition(job));
  }

  /** Publishes a record of a job. */
  void put(FineTuneJob job) {
    topics.write(names.fineTuneJobs(), Serdes.String(), jobs, job.getJobId(), job, partition(job));
    topics.flush();
  }

  /** Publishes a report of a trainer. */
  void report(FineTuneResult report) {
    topics.write(
        names.fineTuneResults(),
        Serdes.String(),
        results,
        report.getJobId(),
        report,
        Optional.empty());
    topics.flush();
  }

  private Optional<Integer> partition(FineTuneJob job) {
    return Optional.of(KeyPartitions.partitionFor(job.getTaskId(), partitions));
  }

  /** Returns all reports about a job, in order. */
  List<FineTuneResult> reports(String jobId) {
    return topics.readAll(names.fineTuneResults(), Serdes.String(), results).stream()
        .filter(entry -> entry.getKey().equals(jobId))
        .map(Map.Entry::getValue)
        .map(Optional::orElseThrow)
        .toList();
  }

  /** Waits for a report about a job that meets a condition. */
  FineTuneResult await(String jobId, Predicate<FineTuneResult> condition) {
    return topics.await(
        names.fineTuneResults(),
        results,
        report -> report.getJobId().equals(jobId) && condition.test(report));
  }

  /** Waits for the report that a job has ended. */
  FineTuneResult awaitEnd(String jobId) {
    return await(jobId, FineTuneTopics::isEnd);
  }

  static boolean isEnd(FineTuneResult report) {
    return report.getState() != FineTuneState.STARTED
        && report.getState() != FineTuneState.PROGRESS;
  }

  @Override
  public void close() {
    topics.close();
  }
}
