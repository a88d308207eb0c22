package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobTrigger;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.similarity.QueryMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTopologyTest {
  @TempDir Path state;

  private final Map<String, float[]> pool = new TreeMap<>();
  private final Map<String, float[][]> queryVectors = new HashMap<>();
  private TopologyHarness topology;

  @BeforeEach
  void start() {
    topology = new TopologyHarness(state);
  }

  @AfterEach
  void stop() {
    topology.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void givenTasksAndCandidatesInAnyOrder_whenDrained_thenTheSubsetIsTheBatchSelection(long seed) {
    Random random = new Random(seed);
    List<TargetTask> tasks =
        List.of(
            Examples.task("one", 1, 1 + random.nextInt(4), 5, 12),
            Examples.task("two", 1, 1 + random.nextInt(4), 3, 8, 20));
    List<Runnable> events = new ArrayList<>();
    for (TargetTask task : tasks) {
      events.add(() -> topology.define(task));
      representAll(task, random).forEach(events::add);
    }
    for (int c = 0; c < 60; c++) {
      String id = "c" + random.nextInt(45);
      float[] vector = pool.computeIfAbsent(id, absent -> Examples.vector(random));
      events.add(() -> topology.arrive(id, vector));
    }
    Collections.shuffle(events, random);

    events.forEach(Runnable::run);
    topology.settle();

    tasks.forEach(this::assertSubsetIsBatch);
    assertThat(topology.status().values())
        .hasSize(2)
        .allSatisfy(
            status -> {
              assertThat(status.getPool()).isEqualTo(pool.size());
              assertThat(status.getWaiting()).isZero();
            });
    assertThat(topology.deadLetterReasons()).isEmpty();
  }

  @Test
  void givenARunningTask_whenStatusIsPublished_thenItCountsPoolNominationsAndTiers() {
    TargetTask task = givenTask(Examples.task("t", 1, 2, 4, 10), 11);

    arrivals(30, 12);
    topology.settle();

    TaskStatus status = topology.status().get("t");
    assertThat(status.getPool()).isEqualTo(30);
    assertThat(status.getSelected()).isEqualTo(10);
    assertThat(status.getNominated()).isBetween(10L, 30L);
    assertThat(status.getTiers())
        .extracting("budget", "filled")
        .containsExactly(tuple(4, 4), tuple(10, 10));
    assertSubsetIsBatch(task);
  }

  @Test
  void givenSelectedCandidates_whenOneIsRetracted_thenItIsAsIfItHadNeverCome() {
    TargetTask task = givenTask(Examples.task("t", 1, 3, 4, 9), 21);
    arrivals(40, 22);
    topology.settle();

    for (String victim : List.copyOf(topology.subset("t").keySet()).subList(0, 5)) {
      topology.retract(victim);
      pool.remove(victim);
    }
    topology.settle();

    assertSubsetIsBatch(task);
    assertThat(topology.status().get("t").getPool()).isEqualTo(35);
  }

  @Test
  void givenARetractedCandidate_whenItComesAgain_thenItIsACandidateAgain() {
    TargetTask task = givenTask(Examples.task("t", 1, 2, 6), 31);
    arrivals(20, 32);
    topology.settle();
    String victim = topology.subset("t").keySet().iterator().next();
    float[] vector = pool.remove(victim);
    topology.retract(victim);

    topology.arrive(victim, vector);
    pool.put(victim, vector);
    topology.settle();

    assertSubsetIsBatch(task);
  }

  @Test
  void givenAStoredPool_whenATaskComesLater_thenItIsScoredOverThePool() {
    arrivals(50, 41);

    TargetTask task = givenTask(Examples.task("late", 1, 3, 7), 42);
    topology.settle();

    assertSubsetIsBatch(task);
    assertThat(topology.status().get("late").getPool()).isEqualTo(50);
  }

  @Test
  void givenATask_whenANewRevisionReplacesIt_thenOnlyTheNewSubsetRemains() {
    givenTask(Examples.task("t", 1, 2, 5), 51);
    arrivals(30, 52);
    topology.settle();

    TargetTask second = givenTask(Examples.task("t", 2, 4, 6, 11), 53);
    topology.settle();

    assertSubsetIsBatch(second);
    assertThat(topology.subset("t").values())
        .extracting(SelectedInstruction::getRevision)
        .containsOnly(2);
  }

  @Test
  void givenATask_whenAnOlderRevisionComesLate_thenItChangesNothing() {
    TargetTask second = givenTask(Examples.task("t", 2, 2, 5), 61);
    arrivals(20, 62);

    topology.define(Examples.task("t", 1, 3, 9));
    topology.settle();

    assertSubsetIsBatch(second);
  }

  @Test
  void givenATask_whenRemoved_thenItsSubsetAndStatusGo() {
    givenTask(Examples.task("t", 1, 2, 5), 71);
    arrivals(20, 72);
    topology.settle();
    assertThat(topology.subset("t")).hasSize(5);

    topology.remove("t");
    topology.settle();

    assertThat(topology.subset("t")).isEmpty();
    assertThat(topology.status()).containsEntry("t", null);
  }

  @Test
  void givenAThresholdOfTheBudget_whenThePoolReachesIt_thenOneJobFiresWithItsFrozenExamples() {
    TargetTask task = Examples.task("t", 1, 2, 4, 8);
    task = TargetTask.newBuilder(task).setMinPoolFactor(3).build();
    givenTask(task, 81);
    arrivals(11, 82);
    topology.settle();
    assertThat(topology.jobs()).isEmpty();

    topology.arrive("last", pool.computeIfAbsent("last", id -> Examples.vector(new Random(83))));
    topology.settle();
    arrivals(5, 84);
    topology.settle();

    List<FineTuneJob> jobs = topology.jobs();
    assertThat(jobs).hasSize(1);
    FineTuneJob job = jobs.get(0);
    assertThat(job.getBudget()).isEqualTo(4);
    assertThat(job.getPoolSize()).isEqualTo(12);
    FrozenDataset dataset = FrozenDataset.of(job, topology.datasets());
    assertThat(dataset.selected())
        .extracting(DatasetRecord::getQuery)
        .containsExactly("q0", "q1", "q0", "q1");
    assertThat(dataset.queries()).isEqualTo(task.getQueries());
    assertThat(job.getFingerprint()).isEqualTo(Examples.MAKING);
    assertThat(job.getTrigger()).isEqualTo(JobTrigger.FULL);
  }

  @Test
  void givenUndecodableAndBrokenRecords_whenTheyArrive_thenEachIsADeadLetterAndTheStreamGoesOn() {
    TargetTask task = givenTask(Examples.task("t", 1, 2, 5), 91);

    topology.arriveUndecodable(bytes("key"), bytes("not avro"));
    topology.arrive(Examples.representation("wrong-shape", sixteenOnes(), Examples.MAKING));
    topology.arrive(
        Examples.representation("other-making", Examples.vector(new Random(92)), "making-2"));
    topology.arrive(
        Representation.newBuilder(
                Examples.representation("infinite", Examples.vector(new Random(94))))
            .setFeatures(notANumber())
            .build());
    topology.define(Examples.task("unsorted", 1, 2, 9, 3));
    arrivals(20, 93);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .hasSize(5)
        .anyMatch(reason -> reason.contains("RepresentationKey"))
        .anyMatch(reason -> reason.contains("shape [1, 16]"))
        .anyMatch(reason -> reason.contains("making-2"))
        .anyMatch(reason -> reason.contains("not finite"))
        .anyMatch(reason -> reason.contains("budget 3 follows 9"));
    assertSubsetIsBatch(task);
  }

  @Test
  void givenBytesThatEndTooEarly_whenTheyArrive_thenEachIsADeadLetterAndTheStreamGoesOn() {
    TargetTask task = givenTask(Examples.task("t", 1, 2, 5), 121);

    topology.arriveUndecodable(new byte[0], bytes("value"));
    topology.arriveUndecodable(new byte[] {0, 0}, new byte[0]);
    topology.arriveUndecodable(new byte[] {0, 0, 0, 0, 1}, null);
    arrivals(20, 122);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .hasSize(3)
        .allMatch(reason -> reason.startsWith("not a readable RepresentationKey"));
    assertSubsetIsBatch(task);
  }

  @Test
  void givenRecordsOfAnotherType_whenTheyArriveOnAnyTopic_thenTheStreamGoesOn() {
    TargetTask task = givenTask(Examples.task("t", 1, 2, 5), 131);

    topology.sendEverywhere(Examples.candidate("stray"));
    arrivals(20, 132);
    topology.settle();

    // The driver does not show the dead letters of records that are refused before the topology.
    assertThat(topology.deadLetterReasons())
        .containsExactlyInAnyOrder(
            "not a readable Representation: not a Representation",
            "not a readable RepresentationKey: not a RepresentationKey");
    assertSubsetIsBatch(task);
  }

  @Test
  void givenShapesAndNumbersBeyondAllBounds_whenTheyArrive_thenEachIsADeadLetter() {
    TargetTask broken = Examples.task("broken", 1, 1, 5);
    topology.define(broken);
    QueryRepresentation query = Examples.query(broken, 0, Examples.vector(new Random(141)));
    topology.represent(
        QueryRepresentation.newBuilder(query)
            .setDimension(1 << 30)
            .setFeatures(ByteBuffer.allocate(0))
            .build());
    topology.represent(QueryRepresentation.newBuilder(query).setFeatures(notANumber()).build());
    topology.represent(
        QueryRepresentation.newBuilder(query).setCheckpointWeights(List.of(Float.NaN)).build());
    topology.arrive(
        Representation.newBuilder(Examples.representation("vast", Examples.vector(new Random(142))))
            .setDimension(Integer.MAX_VALUE)
            .build());
    TargetTask task = givenTask(Examples.task("t", 1, 2, 5), 143);
    arrivals(20, 144);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .hasSize(4)
        .anyMatch(reason -> reason.contains("0 feature bytes for shape [1, 1073741824]"))
        .anyMatch(reason -> reason.contains("weight that is not finite"))
        .anyMatch(reason -> reason.contains("shape [1, 2147483647]"));
    assertSubsetIsBatch(task);
  }

  @Test
  void givenBrokenRecordsInTheStoredPool_whenATaskComesLater_thenTheRestIsScored() {
    topology.arriveUndecodable(bytes("key"), bytes("not avro"));
    arrivals(20, 101);

    TargetTask task = givenTask(Examples.task("t", 1, 2, 5), 102);
    topology.settle();

    assertSubsetIsBatch(task);
  }

  @Test
  void givenAnActiveTask_whenItsQueriesComeInAnotherMaking_thenTheyAreRefused() {
    TargetTask task = givenTask(Examples.task("t", 1, 1, 5), 111);
    arrivals(10, 112);

    topology.represent(
        QueryRepresentation.newBuilder(Examples.query(task, 0, Examples.vector(new Random(113))))
            .setFingerprint("making-2")
            .build());
    topology.settle();

    assertThat(topology.deadLetterReasons()).singleElement().asString().contains("making-2");
    assertSubsetIsBatch(task);
  }

  private TargetTask givenTask(TargetTask task, long seed) {
    topology.define(task);
    representAll(task, new Random(seed)).forEach(Runnable::run);
    return task;
  }

  private List<Runnable> representAll(TargetTask task, Random random) {
    float[][] vectors = new float[task.getQueries().size()][];
    queryVectors.put(task.getTaskId() + task.getRevision(), vectors);
    List<Runnable> events = new ArrayList<>();
    for (int q = 0; q < vectors.length; q++) {
      vectors[q] = Examples.vector(random);
      int index = q;
      events.add(() -> topology.represent(task, index, vectors[index]));
    }
    return events;
  }

  private void arrivals(int count, long seed) {
    Random random = new Random(seed);
    for (int c = 0; c < count; c++) {
      String id = "c" + seed + "-" + c;
      pool.put(id, Examples.vector(random));
      topology.arrive(id, pool.get(id));
    }
  }

  /** The oracle: the batch rule, word for word, over the score rows of everything seen. */
  private void assertSubsetIsBatch(TargetTask task) {
    float[][] vectors = queryVectors.get(task.getTaskId() + task.getRevision());
    float[][][] units = new float[vectors.length][1][];
    for (int q = 0; q < vectors.length; q++) {
      units[q][0] = Examples.unit(vectors[q]);
    }
    QueryMatrix matrix = new QueryMatrix(units, new float[] {1f});
    Map<String, float[]> rows = new TreeMap<>();
    pool.forEach((id, vector) -> rows.put(id, matrix.score(new float[][] {vector})));
    List<Integer> budgets = task.getBudgets();
    List<String> order = batch(rows, vectors.length, budgets.get(budgets.size() - 1));
    Map<String, Integer> expected = new LinkedHashMap<>();
    for (int slot = 0; slot < order.size(); slot++) {
      int at = slot;
      expected.put(
          order.get(slot), budgets.stream().filter(budget -> budget > at).findFirst().get());
    }

    Map<String, Integer> actual = new HashMap<>();
    topology.subset(task.getTaskId()).forEach((id, value) -> actual.put(id, value.getTier()));
    assertThat(actual).isEqualTo(expected);
    topology
        .subset(task.getTaskId())
        .forEach(
            (id, value) -> assertThat(ScoreRow.unboxed(value.getScores())).isEqualTo(rows.get(id)));
  }

  private static List<String> batch(Map<String, float[]> rows, int queries, int budget) {
    List<String> order = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    while (order.size() < Math.min(budget, rows.size())) {
      int query = order.size() % queries;
      String best = null;
      for (String id : rows.keySet()) {
        if (!taken.contains(id) && (best == null || rows.get(id)[query] > rows.get(best)[query])) {
          best = id;
        }
      }
      taken.add(best);
      order.add(best);
    }
    return order;
  }

  private static float[] sixteenOnes() {
    float[] vector = new float[16];
    Arrays.fill(vector, 1);
    return vector;
  }

  private static ByteBuffer notANumber() {
    ByteBuffer features =
        ByteBuffer.allocate(4 * Examples.DIMENSION).order(ByteOrder.LITTLE_ENDIAN);
    return features.putFloat(0, Float.NaN);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
