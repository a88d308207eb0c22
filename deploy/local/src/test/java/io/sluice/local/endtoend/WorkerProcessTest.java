package io.sluice.local.endtoend;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.process.SluiceProcess;
import io.sluice.local.stack.LocalStack;
import io.sluice.local.stack.RegistryProcess;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that killing {@code sluice worker} loses nothing, and that repeated records are equal. */
@Tag("broker")
class WorkerProcessTest {
  private static final Topics TOPICS = Topics.withDefaultPrefix();
  private static final int CANDIDATES = 600;
  private static final int BATCH = 8;

  @TempDir private Path folder;

  @Test
  void givenAKilledWorker_whenStartedAgain_thenAllCandidatesAreRepresentedAndRepeatsAreEqual()
      throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    try (LocalStack stack =
            LocalStack.start(
                LocalStack.Settings.in(folder.resolve("stack"), RegistryProcess.distribution()));
        TopicClient topics = new TopicClient(stack.bootstrapServers())) {
      AvroSerdes avro = AvroSerdes.forRegistry(stack.schemaRegistryUrl());
      List<Candidate> candidates = BundledData.make().candidates().subList(0, CANDIDATES);
      put(topics, avro, candidates);

      try (SluiceProcess worker = worker(stack, model)) {
        WorkerTopics.await(() -> published(topics, avro).size() >= CANDIDATES / 10);
        worker.process().destroyForcibly().waitFor();
      }
      int before = published(topics, avro).size();
      assertThat(before).as("records published before the kill").isLessThan(CANDIDATES);
      try (SluiceProcess worker = worker(stack, model)) {
        WorkerTopics.await(() -> vectors(published(topics, avro)).size() == CANDIDATES);
        worker.interrupt();
        assertThat(worker.exitCode()).isEqualTo(130);
      }

      List<Map.Entry<RepresentationKey, Optional<Representation>>> published =
          published(topics, avro);
      assertThat(vectors(published).keySet())
          .containsExactlyInAnyOrderElementsOf(candidates.stream().map(Candidate::getId).toList());
      assertThat(vectors(published).values()).allSatisfy(values -> assertThat(values).hasSize(1));
      assertThat(published.size() - CANDIDATES)
          .as("repeated records: those that were published but not committed")
          .isLessThanOrEqualTo(BATCH);
    }
  }

  private SluiceProcess worker(LocalStack stack, WrittenModel model) throws IOException {
    return SluiceProcess.start(
        folder.resolve("tmp"),
        "worker",
        "--bootstrap-servers",
        stack.bootstrapServers(),
        "--schema-registry",
        stack.schemaRegistryUrl(),
        "--model",
        model.base().toString(),
        "--checkpoint",
        model.checkpoints().get(0).toString(),
        "--set",
        "batch.records=" + BATCH,
        "--set",
        "dimension=256");
  }

  private static void put(TopicClient topics, AvroSerdes avro, List<Candidate> candidates) {
    Serde<Candidate> values = avro.value();
    for (Candidate candidate : candidates) {
      topics.write(
          TOPICS.candidates(),
          Serdes.String(),
          values,
          candidate.getId(),
          candidate,
          Optional.empty());
    }
    topics.flush();
  }

  private static List<Map.Entry<RepresentationKey, Optional<Representation>>> published(
      TopicClient topics, AvroSerdes avro) {
    return topics.readAll(
        TOPICS.representations(), avro.<RepresentationKey>key(), avro.<Representation>value());
  }

  /** Returns the distinct values that were published for each candidate. */
  private static Map<String, Set<Representation>> vectors(
      List<Map.Entry<RepresentationKey, Optional<Representation>>> published) {
    return published.stream()
        .collect(
            groupingBy(
                entry -> entry.getKey().getCandidateId(),
                mapping(entry -> entry.getValue().orElseThrow(), toSet())));
  }
}
