package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.Inputs.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Steps through the loop by hand: a batch is computed only when a test says so. */
class WorkerLoopTest {
  private static final TopicPartition FIRST = new TopicPartition(TOPICS.candidates(), 0);
  private static final TopicPartition SECOND = new TopicPartition(TOPICS.candidates(), 1);
  private static final TopicPartition TASKS = new TopicPartition(TOPICS.targetTasks(), 0);

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://worker-loop");
  private final Inputs inputs = new Inputs(serdes);
  private final Outputs outputs = new Outputs(serdes);
  private final CommitsChecked consumer = new CommitsChecked();
  private final Refusing producer = new Refusing();
  private final Queue<Runnable> toCompute = new ArrayDeque<>();
  private final ProgressMeter meter = new ProgressMeter(System::nanoTime);
  private final WorkerLoop loop = loop();

  private WorkerLoop loop() {
    OutputRecords records = new OutputRecords(TOPICS, topic -> 1, serdes);
    FakeRepresenter representer = new FakeRepresenter();
    Stage tasks =
        new TaskStage(
            new RecordReader<>(TargetTask.class, serdes),
            representer,
            records,
            taskId -> List.of(),
            "default");
    Stage candidates =
        new CandidateStage(
            new RecordReader<>(Candidate.class, serdes),
            representer,
            records,
            "default",
            FeatureEncoding.INT8,
            meter);
    return new WorkerLoop(
        consumer,
        new Publisher(producer, new DeadLetters(TOPICS.deadLetters()), meter),
        toCompute::add,
        List.of(new Lane(TOPICS.targetTasks(), tasks), new Lane(TOPICS.candidates(), candidates)));
  }

  @BeforeEach
  void join() {
    consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L, TASKS, 0L));
    loop.subscribe();
    consumer.rebalance(List.of(FIRST, SECOND, TASKS));
  }

  @Test
  void givenCandidates_whenTheirBatchIsComputed_thenPublishedAndThenCommitted() {
    consumer.addRecord(inputs.candidate(0, 0, "a", "Hello."));
    consumer.addRecord(inputs.candidate(0, 1, "b", "Hello."));
    consumer.addRecord(inputs.candidate(1, 0, "c", "Hello."));

    loop.turn();
    assertThat(producer.history()).isEmpty();
    assertThat(committed()).isEmpty();

    compute();
    loop.turn();
    assertThat(represented()).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(committed()).containsExactlyInAnyOrderEntriesOf(Map.of(FIRST, 2L, SECOND, 1L));
  }

  @Test
  void givenPoisonAndTombstones_whenComputed_thenDeadLettersAndRetractionsAndAllIsCommitted() {
    consumer.addRecord(inputs.candidate(0, 0, "a", "Hello."));
    consumer.addRecord(inputs.candidate(0, 1, "json", Inputs.GARBAGE));
    consumer.addRecord(inputs.candidate(0, 2, "u", "unusable"));
    consumer.addRecord(inputs.candidate(0, 3, "a", (byte[]) null));
    consumer.addRecord(inputs.candidate(0, 4, "b", "Hello."));

    workOff();

    assertThat(represented()).containsExactly("a", "b");
    assertThat(retracted()).containsExactly("a");
    ProducerRecord<byte[], byte[]> letter = letters().get(0);
    assertThat(letter.key()).isEqualTo("json".getBytes(StandardCharsets.UTF_8));
    assertThat(letter.value()).isEqualTo(Inputs.GARBAGE);
    assertThat(Outputs.header(letter, "sluice.reason")).contains("not Avro");
    assertThat(Outputs.header(letter, "sluice.topic")).isEqualTo(TOPICS.candidates());
    assertThat(Outputs.header(letter, "sluice.partition")).isEqualTo("0");
    assertThat(Outputs.header(letter, "sluice.offset")).isEqualTo("1");
    assertThat(Outputs.header(letter, "sluice.stage")).isEqualTo("represent");
    assertThat(letters()).extracting(Outputs::key).containsExactly("json", "u");
    assertThat(committed()).containsEntry(FIRST, 5L);
    WorkerProgress progress = meter.progress();
    assertThat(progress.candidatesSeen()).isEqualTo(5);
    assertThat(progress.represented()).isEqualTo(2);
    assertThat(progress.retracted()).isEqualTo(1);
    assertThat(progress.deadLettered()).isEqualTo(2);
  }

  @Test
  void givenASlowBatch_whenMoreArrives_thenPollingGoesOnAndOnlyOneMoreBatchIsHeld() {
    consumer.addRecord(inputs.candidate(0, 0, "a", "Hello."));
    loop.turn();
    consumer.addRecord(inputs.candidate(0, 1, "b", "Hello."));
    loop.turn();
    consumer.addRecord(inputs.candidate(0, 2, "c", "Hello."));
    int before = consumer.polls;
    for (int i = 0; i < 50; i++) {
      loop.turn();
    }

    assertThat(consumer.polls - before).isEqualTo(50);
    assertThat(consumer.paused()).contains(FIRST, SECOND).doesNotContain(TASKS);
    assertThat(consumer.position(FIRST)).as("c is not taken in").isEqualTo(2);
    assertThat(toCompute).as("one thing is computed at a time").hasSize(1);
    assertThat(committed()).isEmpty();

    workOff();
    assertThat(represented()).containsExactly("a", "b", "c");
    assertThat(committed()).containsEntry(FIRST, 3L);
  }

  @Test
  void givenATaskWhileCandidatesWait_whenTheBatchInHandIsDone_thenTheTaskGoesFirst() {
    consumer.addRecord(inputs.candidate(0, 0, "a", "Hello."));
    loop.turn();
    consumer.addRecord(inputs.candidate(0, 1, "b", "Hello."));
    loop.turn();
    consumer.addRecord(inputs.task(0, Inputs.task("maths", 1, "One.", "Two.")));
    loop.turn();

    workOff();

    assertThat(producer.history())
        .extracting(ProducerRecord::topic)
        .containsExactly(
            TOPICS.representations(),
            TOPICS.queryRepresentations(),
            TOPICS.queryRepresentations(),
            TOPICS.representations());
    assertThat(committed()).containsEntry(TASKS, 1L).containsEntry(FIRST, 2L);
    assertThat(meter.progress().tasksRepresented()).isEqualTo(1);
  }

  @Test
  void givenABatchInHand_whenOneOfItsPartitionsIsTakenAway_thenOnlyTheRestIsPublished() {
    consumer.addRecord(inputs.candidate(0, 0, "mine", "Hello."));
    consumer.addRecord(inputs.candidate(1, 0, "gone", "Hello."));
    loop.turn();
    consumer.addRecord(inputs.candidate(1, 1, "gone too", "Hello."));
    loop.turn();

    consumer.rebalance(List.of(FIRST, TASKS));
    workOff();

    assertThat(represented()).containsExactly("mine");
    assertThat(committed()).containsExactlyEntriesOf(Map.of(FIRST, 1L));
  }

  @Test
  void givenARebalanceDuringACommit_whenPolledAgain_thenTheCommitIsMadeUpFor() {
    consumer.addRecord(inputs.candidate(0, 0, "a", "Hello."));
    loop.turn();
    compute();
    consumer.failNextCommit = true;
    loop.turn();
    assertThat(represented()).containsExactly("a");
    assertThat(committed()).isEmpty();

    loop.turn();
    assertThat(committed()).containsEntry(FIRST, 1L);
  }

  @Test
  void givenARepresentationThatIsTooLarge_whenPublished_thenItsCandidateIsADeadLetter() {
    producer.refusal =
        record ->
            record.topic().equals(TOPICS.representations())
                    && outputs.representationKey(record).getCandidateId().equals("huge")
                ? new RecordTooLargeException("9 MB are too many")
                : null;
    consumer.addRecord(inputs.candidate(0, 0, "huge", "Hello."));
    consumer.addRecord(inputs.candidate(0, 1, "b", "Hello."));

    workOff();

    assertThat(letters()).extracting(Outputs::key).containsExactly("huge");
    assertThat(Outputs.header(letters().get(0), "sluice.reason")).contains("9 MB are too many");
    assertThat(represented()).containsExactly("b");
    assertThat(meter.progress().represented()).isEqualTo(1);
    assertThat(committed()).containsEntry(FIRST, 2L);
  }

  @Test
  void givenADeadLetterThatIsTooLarge_whenPublished_thenABareLetterSaysWhereTheOriginalIs() {
    producer.refusal =
        record ->
            record.topic().equals(TOPICS.deadLetters()) && record.value() != null
                ? new RecordTooLargeException("too large")
                : null;
    consumer.addRecord(inputs.candidate(0, 0, "json", Inputs.GARBAGE));

    workOff();

    assertThat(letters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.value()).isNull();
              assertThat(Outputs.header(letter, "sluice.reason"))
                  .contains("not Avro")
                  .contains("left out");
              assertThat(Outputs.header(letter, "sluice.offset")).isEqualTo("0");
            });
  }

  @Test
  void givenAFatalProduceError_whenPublished_thenTheWorkerFailsAndCommitsNothing() {
    producer.refusal = record -> new TopicAuthorizationException("not allowed");
    consumer.addRecord(inputs.candidate(0, 0, "a", "Hello."));
    loop.turn();
    compute();

    assertThatThrownBy(loop::turn)
        .isInstanceOf(WorkerFailure.class)
        .hasMessageContaining("permissions");
    assertThat(committed()).isEmpty();
  }

  @Test
  void givenABrokenRepresenter_whenComputed_thenTheWorkerFailsAndCommitsNothing() {
    consumer.addRecord(inputs.candidate(0, 0, "a", "broken"));
    loop.turn();
    compute();

    assertThatThrownBy(loop::turn)
        .isInstanceOf(WorkerFailure.class)
        .hasMessageContaining("out of memory");
    assertThat(committed()).isEmpty();
  }

  @Test
  void givenABatchInHandAndAnotherWaiting_whenFinished_thenOnlyTheOneInHandIsPublished() {
    consumer.addRecord(inputs.candidate(0, 0, "in hand", "Hello."));
    loop.turn();
    consumer.addRecord(inputs.candidate(0, 1, "waiting", "Hello."));
    loop.turn();
    consumer.schedulePollTask(() -> {});
    consumer.schedulePollTask(this::compute);

    loop.finish();

    assertThat(represented()).containsExactly("in hand");
    assertThat(committed()).containsExactlyEntriesOf(Map.of(FIRST, 1L));
  }

  private void compute() {
    toCompute.remove().run();
  }

  /** Turns until nothing is left to do. */
  private void workOff() {
    int quiet = 0;
    while (quiet < 3) {
      if (toCompute.isEmpty()) {
        quiet++;
      } else {
        compute();
        quiet = 0;
      }
      loop.turn();
    }
  }

  private List<String> represented() {
    return Outputs.of(TOPICS.representations(), producer.history()).stream()
        .filter(record -> record.value() != null)
        .map(record -> outputs.representation(record).getCandidate().getId())
        .toList();
  }

  private List<String> retracted() {
    return Outputs.of(TOPICS.representations(), producer.history()).stream()
        .filter(record -> record.value() == null)
        .map(record -> outputs.representationKey(record).getCandidateId())
        .toList();
  }

  private List<ProducerRecord<byte[], byte[]>> letters() {
    return Outputs.of(TOPICS.deadLetters(), producer.history());
  }

  private Map<TopicPartition, Long> committed() {
    return consumer.committedOffsets;
  }

  /** A consumer that checks at each commit that all before the offset has been answered. */
  private final class CommitsChecked extends MockConsumer<byte[], byte[]> {
    private final List<ConsumerRecord<byte[], byte[]>> given = new ArrayList<>();
    private final Map<TopicPartition, Long> committedOffsets = new HashMap<>();
    private int polls;
    private boolean failNextCommit;

    CommitsChecked() {
      super("earliest");
    }

    @Override
    public synchronized void addRecord(ConsumerRecord<byte[], byte[]> record) {
      given.add(record);
      super.addRecord(record);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      polls++;
      return super.poll(timeout);
    }

    @Override
    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
      if (failNextCommit) {
        failNextCommit = false;
        throw new RebalanceInProgressException("rebalancing");
      }
      offsets.forEach(this::check);
      super.commitSync(offsets);
      offsets.forEach((partition, offset) -> committedOffsets.put(partition, offset.offset()));
    }

    private void check(TopicPartition partition, OffsetAndMetadata offset) {
      assertThat(given)
          .filteredOn(record -> Lane.partitionOf(record).equals(partition))
          .filteredOn(record -> record.offset() < offset.offset())
          .allMatch(this::isAnswered, "is answered before its offset is committed");
    }

    private boolean isAnswered(ConsumerRecord<byte[], byte[]> given) {
      String key = new String(given.key(), StandardCharsets.UTF_8);
      return producer.history().stream()
          .anyMatch(
              answer ->
                  answer.topic().equals(TOPICS.representations())
                          && outputs.representationKey(answer).getCandidateId().equals(key)
                      || answer.topic().equals(TOPICS.queryRepresentations())
                          && outputs.queryKey(answer).getTaskId().equals(key)
                      || answer.topic().equals(TOPICS.deadLetters())
                          && Outputs.key(answer).equals(key));
    }
  }

  /** A producer whose broker refuses some records, by {@link #refusal}. */
  private static final class Refusing extends MockProducer<byte[], byte[]> {
    private Function<ProducerRecord<byte[], byte[]>, RuntimeException> refusal = record -> null;

    Refusing() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
      return send(record, null);
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      RuntimeException refused = refusal.apply(record);
      return refused == null
          ? super.send(record, callback)
          : CompletableFuture.failedFuture(refused);
    }
  }
}
