package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobTrigger;
import io.sluice.schemas.Representation;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.Examples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTopologyTest {
  @TempDir(factory = StateInMemory.class)
  Path state;

  private TopologyOracle oracle;
  private TopologyFixture topology;

  @BeforeEach
  void start() {
    oracle = new TopologyOracle(state);
    topology = oracle.topology;
  }

  @AfterEach
  void stop() {
    oracle.close();
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
      oracle.representations(task, random).forEach(events::add);
    }
    for (int c = 0; c < 60; c++) {
      String id = "c" + random.nextInt(45);
      float[] vector = oracle.pool.computeIfAbsent(id, absent -> Examples.vector(random));
      events.add(() -> topology.arrive(id, vector));
    }
    Collections.shuffle(events, random);

    events.forEach(Runnable::run);
    topology.settle();

    tasks.forEach(oracle::assertSubsetIsBatch);
    assertThat(topology.status().values())
        .hasSize(2)
        .allSatisfy(
            status -> {
              assertThat(status.getPool()).isEqualTo(oracle.pool.size());
              assertThat(status.getWaiting()).isZero();
            });
    assertThat(topology.deadLetterReasons()).isEmpty();
  }

  @Test
  void givenARunningTask_whenStatusIsPublished_thenItCountsPoolNominationsAndTiers() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 4, 10), 11);

    oracle.arrivals(30, 12);
    topology.settle();

    TaskStatus status = topology.status().get("t");
    assertThat(status.getPool()).isEqualTo(30);
    assertThat(status.getSelected()).isEqualTo(10);
    assertThat(status.getNominated()).isBetween(10L, 30L);
    assertThat(status.getTiers())
        .extracting("budget", "filled")
        .containsExactly(tuple(4, 4), tuple(10, 10));
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenSelectedCandidates_whenSomeAreRetracted_thenTheSubsetIsTheOneWithoutThem() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 3, 4, 9), 21);
    oracle.arrivals(40, 22);
    topology.settle();

    for (String victim : List.copyOf(topology.subset("t").keySet()).subList(0, 5)) {
      oracle.retract(victim);
    }
    topology.settle();

    oracle.assertSubsetIsBatch(task);
    assertThat(topology.status().get("t").getPool()).isEqualTo(35);
  }

  @Test
  void givenARetractedCandidate_whenItArrivesAgain_thenItCanBeSelectedAgain() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 6), 31);
    oracle.arrivals(20, 32);
    topology.settle();
    String victim = topology.subset("t").keySet().iterator().next();
    float[] vector = oracle.retract(victim);

    oracle.arrive(victim, vector);
    topology.settle();

    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenASelectedCandidate_whenItArrivesWithOtherMetadata_thenItsRecordFollows() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 6), 33);
    oracle.arrivals(20, 34);
    topology.settle();
    Map<String, String> metadata = Map.of("licence", "mit", "language", "en");
    String id = topology.subset("t").keySet().iterator().next();
    Representation changed =
        Examples.withMetadata(Examples.representation(id, oracle.pool.get(id)), metadata);

    topology.arrive(changed);
    topology.settle();

    oracle.assertSubsetIsBatch(task);
    assertThat(topology.subset("t").get(id).getMetadata()).isEqualTo(metadata);
    assertThat(topology.jobs()).hasSize(1).allMatch(job -> job.getRetracted().isEmpty());
    SelectedInstruction published = topology.subset("t").get(id);
    topology.arrive(changed);
    topology.settle();
    assertThat(topology.subset("t").get(id)).isSameAs(published);
  }

  @Test
  void givenAStoredPool_whenATaskIsDefinedLater_thenThePoolIsScoredForIt() {
    oracle.arrivals(50, 41);

    TargetTask task = oracle.givenTask(Examples.task("late", 1, 3, 7), 42);
    topology.settle();

    oracle.assertSubsetIsBatch(task);
    assertThat(topology.status().get("late").getPool()).isEqualTo(50);
  }

  @Test
  void givenATask_whenANewRevisionReplacesIt_thenOnlyTheNewSubsetRemains() {
    oracle.givenTask(Examples.task("t", 1, 2, 5), 51);
    oracle.arrivals(30, 52);
    topology.settle();

    TargetTask second = oracle.givenTask(Examples.task("t", 2, 4, 6, 11), 53);
    topology.settle();

    oracle.assertSubsetIsBatch(second);
    assertThat(topology.subset("t").values())
        .extracting(SelectedInstruction::getRevision)
        .containsOnly(2);
  }

  @Test
  void givenATask_whenAnOlderRevisionArrivesLater_thenItChangesNothing() {
    TargetTask second = oracle.givenTask(Examples.task("t", 2, 2, 5), 61);
    oracle.arrivals(20, 62);

    topology.define(Examples.task("t", 1, 3, 9));
    topology.settle();

    oracle.assertSubsetIsBatch(second);
  }

  @Test
  void givenATask_whenRemoved_thenItsSubsetAndStatusAreRemoved() {
    oracle.givenTask(Examples.task("t", 1, 2, 5), 71);
    oracle.arrivals(20, 72);
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
    oracle.givenTask(task, 81);
    oracle.arrivals(11, 82);
    topology.settle();
    assertThat(topology.jobs()).isEmpty();

    oracle.arrive("last", Examples.vector(new Random(83)));
    topology.settle();
    oracle.arrivals(5, 84);
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
    assertThat(job.getFingerprint()).isEqualTo(Examples.FINGERPRINT);
    assertThat(job.getTextForm()).isEqualTo(Examples.TEXT_FORM);
    assertThat(job.getTokenizer()).isEqualTo(Examples.TOKENIZER);
    assertThat(job.getTrigger()).isEqualTo(JobTrigger.FULL);
  }
}
