package io.sluice.streams.export;

import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.dataset.ExampleHashes;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A job with two selected examples, two random ones and one query. */
final class ExportFixture {
  static final List<Query> QUERIES = List.of(Queries.of("q", turns("what?", "that: ä 😀\n")));

  private ExportFixture() {}

  static FrozenDataset with(FrozenDataset plain, List<DatasetRecord> selected) {
    return new FrozenDataset(
        plain.job(), selected, plain.random(), plain.queries(), plain.heldOut(), plain.arms());
  }

  /** The dataset with one example in a further arm. */
  static FrozenDataset withArm(String name) {
    FrozenDataset plain = dataset(List.of());
    return new FrozenDataset(
        plain.job(),
        plain.selected(),
        plain.random(),
        plain.queries(),
        plain.heldOut(),
        Map.of(name, List.of(example(DatasetPart.ARM, 0, "d"))));
  }

  static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  static FrozenDataset dataset(List<String> retracted) {
    FineTuneJob job =
        FineTuneJob.newBuilder()
            .setJobId("t-2-abc")
            .setTaskId("t")
            .setRevision(1)
            .setRepresentationId("default")
            .setAlgorithm("round-robin")
            .setBudget(2)
            .setSequence(0)
            .setExamples(2)
            .setPoolSize(20)
            .setSeeds(List.of(5, 6))
            .setControls(List.of(Arm.RANDOM))
            .setDatasetChecksum(ExampleHashes.ofOrder(List.of("b", "a")))
            .setControlChecksum(ExampleHashes.ofOrder(List.of("c", "a")))
            .setQueries(1)
            .setQuerySetHash(ExampleHashes.ofQueries(QUERIES))
            .setHeldOutHash(ExampleHashes.ofQueries(List.of()))
            .setRetracted(retracted)
            .build();
    return FrozenDataset.of(
        job,
        List.of(
            example(DatasetPart.SELECTED, 0, "b"),
            example(DatasetPart.SELECTED, 1, "a"),
            example(DatasetPart.RANDOM, 0, "c"),
            example(DatasetPart.RANDOM, 1, "a"),
            DatasetRecord.newBuilder(example(DatasetPart.QUERIES, 0, "q"))
                .setMessages(QUERIES.get(0).getMessages())
                .build()));
  }

  private static DatasetRecord example(DatasetPart part, int rank, String id) {
    return DatasetRecord.newBuilder()
        .setJobId("t-2-abc")
        .setTaskId("t")
        .setRank(rank)
        .setCandidateId(id)
        .setQuery("q")
        .setScore(0.5f)
        .setMessages(turns("ask", "says " + id))
        .setPart(part)
        .build();
  }

  private static List<Message> turns(String user, String assistant) {
    return List.of(Messages.of("user", user), Messages.of("assistant", assistant));
  }
}
