package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.arm.Companions;
import io.sluice.streams.Examples;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job of an earlier revision lists retracted candidates that only its arm by another
 * representation has, whatever has become of that arm.
 */
class RetractedFromArmsTest {
  private static final String OTHER = "hidden";

  @TempDir(factory = StateInMemory.class)
  Path state;

  private final Random random = new Random(5);
  private TopologyFixture topology;
  private String onlyInArm;

  @BeforeEach
  void fireJobWithAnArm() {
    topology = new TopologyFixture(state);
    TargetTask task = withArm(Examples.task("t", 1, 2, 3));
    topology.define(task);
    represent(task);
    Companions.of(task).forEach(this::represent);
    for (int c = 0; c < 30; c++) {
      topology.arrive("c" + c, Examples.vector(random));
      topology.arrive(
          Representation.newBuilder(Examples.representation("c" + c, Examples.vector(random)))
              .setRepresentationId(OTHER)
              .build());
    }
    topology.settle();
    assertThat(topology.jobs()).hasSize(1);
    List<DatasetRecord> dataset = topology.datasets();
    Set<String> arm = ids(dataset, DatasetPart.ARM);
    arm.removeAll(ids(dataset, DatasetPart.SELECTED));
    arm.removeAll(ids(dataset, DatasetPart.RANDOM));
    onlyInArm = arm.iterator().next();
  }

  @AfterEach
  void stop() {
    topology.close();
  }

  @Test
  void givenANewRevisionWhoseArmIsNotReady_whenACandidateIsRetracted_thenTheJobListsIt() {
    TargetTask next = withArm(Examples.task("t", 2, 2, 3));
    topology.define(next);
    represent(next);
    topology.settle();
    assertThat(topology.status().get("t").getRevision()).isEqualTo(2);

    topology.retract(OTHER, onlyInArm);
    topology.settle();

    assertListed();
    Companions.of(next).forEach(this::represent);
    topology.settle();
    assertThat(topology.status().get("t").getArms().get(0).getPool()).isEqualTo(29);
  }

  @Test
  void givenANewRevisionWhoseArmIsReady_whenACandidateIsRetracted_thenTheJobListsIt() {
    TargetTask next = withArm(Examples.task("t", 2, 2, 3));
    topology.define(next);
    represent(next);
    Companions.of(next).forEach(this::represent);
    topology.settle();

    topology.retract(OTHER, onlyInArm);
    topology.settle();

    assertListed();
  }

  @Test
  void givenANewRevisionWithoutTheArm_whenACandidateIsRetracted_thenTheJobListsIt() {
    TargetTask next = Examples.task("t", 2, 2, 3);
    topology.define(next);
    represent(next);
    topology.settle();

    topology.retract(OTHER, onlyInArm);
    topology.retract(onlyInArm);
    topology.settle();

    assertListed();
  }

  private void assertListed() {
    assertThat(topology.jobs())
        .filteredOn(job -> job.getRevision() == 1)
        .last()
        .extracting(FineTuneJob::getRetracted)
        .isEqualTo(List.of(onlyInArm));
  }

  private void represent(TargetTask task) {
    for (int query = 0; query < task.getQueries().size(); query++) {
      topology.represent(task, query, Examples.vector(random));
    }
  }

  private static TargetTask withArm(TargetTask task) {
    return TargetTask.newBuilder(task)
        .setArms(List.of(new TaskArm("rds", OTHER, "round-robin")))
        .build();
  }

  private static Set<String> ids(List<DatasetRecord> dataset, DatasetPart part) {
    return dataset.stream()
        .filter(example -> example.getPart() == part)
        .map(DatasetRecord::getCandidateId)
        .collect(Collectors.toSet());
  }
}
