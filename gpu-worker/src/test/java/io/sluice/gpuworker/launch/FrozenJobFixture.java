package io.sluice.gpuworker.launch;

import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.dataset.ExampleHashes;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A job with its dataset, as the streams-app would have published it. */
public record FrozenJobFixture(FineTuneJob job, List<DatasetRecord> dataset) {
  public static final int EXAMPLES = 4;

  /** A job with both controls, two queries and one held-out example. */
  public static FrozenJobFixture job(String id) {
    List<String> selected = IntStream.range(0, EXAMPLES).mapToObj(i -> "s" + i).toList();
    List<String> random = IntStream.range(0, EXAMPLES).mapToObj(i -> "r" + i).toList();
    List<Query> queries = List.of(query("q0"), query("q1"));
    List<Query> heldOut = List.of(query("h0"));
    FineTuneJob job =
        FineTuneJob.newBuilder()
            .setJobId(id)
            .setTaskId("maths")
            .setRevision(1)
            .setRepresentationId("default")
            .setAlgorithm("round-robin")
            .setBudget(EXAMPLES)
            .setSequence(0)
            .setExamples(EXAMPLES)
            .setPoolSize(40)
            .setDatasetChecksum(ExampleHashes.ofOrder(selected))
            .setControls(List.of(Arm.NONE, Arm.RANDOM))
            .setControlChecksum(ExampleHashes.ofOrder(random))
            .setQueries(2)
            .setQuerySetHash(ExampleHashes.ofQueries(queries))
            .setHeldOut(1)
            .setHeldOutHash(ExampleHashes.ofQueries(heldOut))
            .build();
    List<DatasetRecord> records = new ArrayList<>();
    IntStream.range(0, EXAMPLES)
        .forEach(i -> records.add(example(id, DatasetPart.SELECTED, i, selected.get(i))));
    IntStream.range(0, EXAMPLES)
        .forEach(i -> records.add(example(id, DatasetPart.RANDOM, i, random.get(i))));
    records.add(example(id, DatasetPart.QUERIES, 0, "q0"));
    records.add(example(id, DatasetPart.QUERIES, 1, "q1"));
    records.add(example(id, DatasetPart.HELD_OUT, 0, "h0"));
    return new FrozenJobFixture(job, records);
  }

  private static Query query(String id) {
    return Queries.of(id, messages(id));
  }

  private static List<Message> messages(String id) {
    return List.of(Messages.of("user", "Say " + id), Messages.of("assistant", id));
  }

  private static DatasetRecord example(String jobId, DatasetPart part, int rank, String id) {
    return DatasetRecord.newBuilder()
        .setJobId(jobId)
        .setTaskId("maths")
        .setPart(part)
        .setRank(rank)
        .setCandidateId(id)
        .setQuery("q" + rank % 2)
        .setScore(0.5f)
        .setMessages(messages(id))
        .build();
  }
}
