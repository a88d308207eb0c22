package io.sluice.local.bench;

import io.sluice.local.stack.LocalStack;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.client.SubsetReader;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Tiers;
import io.sluice.streams.similarity.CandidateVectors;
import io.sluice.streams.similarity.QueryMatrix;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Measures the whole stream with exactly-once processing: synthetic representations pass through a
 * broker and the topology. The producer and the broker run in this process, the streams-app in
 * another. Used by one thread.
 */
public final class StreamBench implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final int BLOCK = 256;

  /** The folder for the local files of the streams-app. */
  private static final String STATE = "streams-state";

  /** What one request of the producer carries, for throughput. */
  private static final int BATCH_BYTES = 1 << 18;

  private final SyntheticStream stream;
  private final Path directory;
  private final int shards;
  private final Map<String, String> connection;
  private final KafkaAccess kafka;
  private final Listener listener;
  private final Producer<RepresentationKey, Representation> producer;
  private final Producer<byte[], byte[]> definitions;
  private final Consumer<String, TaskStatus> statuses;
  private final Map<String, TaskStatus> latest = new HashMap<>();
  private final List<TargetTask> tasks = new ArrayList<>();
  private int sent;

  /** Receives the progress of each phase, on the thread that runs the benchmark. */
  public interface Listener {
    /**
     * Reports progress.
     *
     * @param phase name of the phase
     * @param done candidates that are done
     * @param all candidates of the phase
     */
    void progress(String phase, long done, long all);
  }

  /**
   * The cost of a phase.
   *
   * @param candidates how many candidates were processed
   * @param wall elapsed time
   * @param broker processor time of producer and broker
   * @param streamsApp processor time of the streams-app
   */
  public record Took(long candidates, Duration wall, Duration broker, Duration streamsApp) {
    /** Returns the candidates per second. */
    public double rate() {
      return candidates / (wall.toNanos() / 1e9);
    }

    /**
     * Measures the cost of a phase from its beginning.
     *
     * @param app the streams-app
     * @param begin {@link System#nanoTime} at the beginning
     * @param broker processor time of this process at the beginning
     * @param streamsApp processor time of the streams-app at the beginning
     */
    public record Watch(StreamsProcess app, long begin, Duration broker, Duration streamsApp) {
      /** Begins to measure this process and the streams-app. */
      public static Watch start(StreamsProcess app) {
        return new Watch(app, System.nanoTime(), ProcessUse.processorTime(), app.processorTime());
      }

      /** Returns the cost from the beginning up to now. */
      public Took took(long candidates) {
        return new Took(
            candidates,
            Duration.ofNanos(System.nanoTime() - begin),
            ProcessUse.processorTime().minus(broker),
            app.processorTime().minus(streamsApp));
      }
    }
  }

  /**
   * Connects to a stack whose topics are still empty.
   *
   * @param stack the running stack, which the caller closes
   * @param directory where the streams-app keeps its state and its log
   * @param shards number of partitions of the topics that are spread by candidate
   */
  public StreamBench(
      SyntheticStream stream, LocalStack stack, Path directory, int shards, Listener listener) {
    this.stream = stream;
    this.directory = directory;
    this.shards = shards;
    this.listener = listener;
    connection =
        Map.of(
            "bootstrap.servers", stack.bootstrapServers(),
            "schema.registry.url", stack.schemaRegistryUrl());
    kafka = KafkaAccess.of(connection);
    producer =
        kafka.producer(
            kafka.serdes().key(),
            kafka.serdes().value(),
            Map.of("linger.ms", 10, "batch.size", BATCH_BYTES));
    definitions = kafka.producer(Serdes.ByteArray(), Serdes.ByteArray(), Map.of("linger.ms", 0));
    statuses = kafka.consumer(Serdes.String(), kafka.serdes().<TaskStatus>value());
    List<TopicPartition> partitions =
        statuses.partitionsFor(topics().taskStatus()).stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    statuses.assign(partitions);
    statuses.seekToBeginning(partitions);
  }

  private Topics topics() {
    return kafka.topics();
  }

  /** Publishes a task and the representations of its queries. */
  public void define(TargetTask task) {
    tasks.add(task);
    send(topics().targetTasks(), Serdes.String(), task.getTaskId(), kafka.serdes().value(), task);
    for (int q = 0; q < task.getQueries().size(); q++) {
      send(
          topics().queryRepresentations(),
          kafka.serdes().<QueryRepresentationKey>key(),
          new QueryRepresentationKey(task.getTaskId(), task.getRevision(), q),
          kafka.serdes().<QueryRepresentation>value(),
          stream.query(task, q));
    }
    definitions.flush();
  }

  private <K, V> void send(String topic, Serde<K> keys, K key, Serde<V> values, V value) {
    definitions.send(
        new ProducerRecord<>(
            topic,
            keys.serializer().serialize(topic, key),
            values.serializer().serialize(topic, value)));
  }

  /**
   * Publishes representations and returns when the broker has acknowledged all of them. The
   * reported processor time includes everything else that runs in this process meanwhile.
   */
  public Took produce(String phase, int count) {
    long begin = System.nanoTime();
    Duration used = ProcessUse.processorTime();
    for (int i = 0; i < count; i++) {
      Representation representation = stream.candidate(sent++);
      String id = representation.getCandidate().getId();
      producer.send(
          new ProducerRecord<>(
              topics().representations(),
              KeyPartitions.partitionFor(id, shards),
              new RepresentationKey(representation.getRepresentationId(), id),
              representation));
      if (i % BLOCK == 0) {
        listener.progress(phase, i, count);
      }
    }
    producer.flush();
    listener.progress(phase, count, count);
    return new Took(
        count,
        Duration.ofNanos(System.nanoTime() - begin),
        ProcessUse.processorTime().minus(used),
        Duration.ZERO);
  }

  /**
   * Starts the streams-app on the state that its directory holds; the caller closes it.
   *
   * @param commandLine the main class of the program that has the command {@code streams}
   */
  public StreamsProcess start(Class<?> commandLine) {
    Map<String, String> settings = new HashMap<>(connection);
    settings.put("state.dir", directory.resolve(STATE).toString());
    settings.put("http.enabled", "false");
    return StreamsProcess.start(commandLine, settings, directory.resolve("streams.log"));
  }

  /** Waits until the pool of every task counts everything that was sent. */
  public void awaitDrained(String phase, StreamsProcess app) {
    await(
        phase,
        app,
        task ->
            latest.containsKey(task.getTaskId())
                && latest.get(task.getTaskId()).getPool() == sent
                && latest.get(task.getTaskId()).getWaiting() == 0);
  }

  private void await(String phase, StreamsProcess app, Predicate<TargetTask> condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!tasks.stream().allMatch(condition)) {
      if (!app.isAlive()) {
        throw new IllegalStateException(
            "the streams-app ended unexpectedly, see its log " + directory.resolve("streams.log"));
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            phase + ": not finished within " + PATIENCE + ", the last statuses are " + latest);
      }
      statuses.poll(Duration.ofMillis(50)).forEach(r -> latest.put(r.key(), r.value()));
      listener.progress(phase, counted(), sent);
    }
  }

  /** Returns the size of the local files of the streams-app, in bytes. */
  public long stateBytes() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve(STATE))) {
      return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    }
  }

  /** Returns the size of the encoded vectors of all representations that were sent, in bytes. */
  public long vectorBytes() {
    return (long) sent * stream.features(0).remaining();
  }

  /**
   * Passes all representations through one repartition by plain Kafka Streams, in this process. The
   * processor time of the broker includes that of Kafka Streams.
   */
  public Took repartition(String phase) throws InterruptedException {
    RepartitionFloor floor =
        new RepartitionFloor(
            connection, directory.resolve("floor-state"), topics().representations(), shards);
    long[] begin = new long[1];
    Duration[] used = new Duration[1];
    long already =
        floor.run(
            sent,
            () -> {
              begin[0] = System.nanoTime();
              used[0] = ProcessUse.processorTime();
            },
            passed -> listener.progress(phase, passed, sent));
    return new Took(
        sent - already,
        Duration.ofNanos(System.nanoTime() - begin[0]),
        ProcessUse.processorTime().minus(used[0]),
        Duration.ZERO);
  }

  /** Returns how many representations were sent so far. */
  public int sent() {
    return sent;
  }

  private long counted() {
    return tasks.stream()
        .mapToLong(
            task ->
                latest.containsKey(task.getTaskId()) ? latest.get(task.getTaskId()).getPool() : 0)
        .min()
        .orElse(0);
  }

  /**
   * Compares the published subset of each task with a batch selection from everything that was
   * sent: ids, order, tiers and scores.
   *
   * @return the ids of the tasks whose published subset differs; empty when all are equal
   */
  public List<String> tasksThatDiffer() {
    List<String> differing = new ArrayList<>();
    for (TargetTask task : tasks) {
      int budget = task.getBudgets().get(task.getBudgets().size() - 1);
      QueryMatrix matrix = stream.matrix(task);
      Selection<String> batch =
          Algorithm.parse(task.getAlgorithm()).emptySelection(matrix.queries(), budget);
      for (int begin = 0; begin < sent; begin += BLOCK) {
        List<CandidateVectors> block =
            IntStream.range(begin, Math.min(begin + BLOCK, sent))
                .mapToObj(
                    c ->
                        CandidateVectors.of(
                            stream.encoding(),
                            stream.features(c),
                            stream.checkpoints(),
                            stream.dimension()))
                .toList();
        int first = begin;
        List<float[]> scores = matrix.scoreAll(block);
        IntStream.range(0, block.size())
            .forEach(i -> batch.offer("c%09d".formatted(first + i), scores.get(i)));
        listener.progress("batch selection of " + task.getTaskId(), begin, sent);
      }
      listener.progress("batch selection of " + task.getTaskId(), sent, sent);
      List<String> published =
          new SubsetReader(kafka)
              .read(task.getTaskId(), budget).entries().stream()
                  .map(entry -> describe(entry.rank(), entry.score(), entry.instruction()))
                  .toList();
      Tiers tiers = new Tiers(task.getBudgets());
      List<String> expected =
          batch.slots().stream()
              .map(
                  slot -> describe(slot.slot(), slot.score(), slot.id(), tiers.tierOf(slot.slot())))
              .toList();
      if (!published.equals(expected)) {
        differing.add(task.getTaskId());
      }
    }
    return differing;
  }

  private static String describe(int rank, float score, SelectedInstruction selected) {
    return describe(rank, score, selected.getCandidateId(), selected.getTier());
  }

  private static String describe(int rank, float score, String id, int tier) {
    return rank + " " + id + " " + score + " " + tier;
  }

  @Override
  public void close() {
    producer.close();
    definitions.close();
    statuses.close();
  }
}
