package io.sluice.schemas.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.Query;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FrozenDatasetTest {
  private static final List<Query> QUERIES = List.of(query("q-0", "2"), query("q-1", "4"));
  private static final List<Query> HELD_OUT = List.of(query("h-0", "6"));
  private static final FineTuneJob JOB =
      FineTuneJob.newBuilder()
          .setJobId("j")
          .setTaskId("t")
          .setRevision(1)
          .setRepresentationId("default")
          .setAlgorithm("round-robin")
          .setBudget(2)
          .setSequence(0)
          .setExamples(2)
          .setPoolSize(20)
          .setDatasetChecksum(ExampleHashes.ofOrder(List.of("a", "b")))
          .setControls(List.of(Arm.NONE, Arm.RANDOM))
          .setControlChecksum(ExampleHashes.ofOrder(List.of("b", "c")))
          .setQueries(2)
          .setQuerySetHash(ExampleHashes.ofQueries(QUERIES))
          .setHeldOut(1)
          .setHeldOutHash(ExampleHashes.ofQueries(HELD_OUT))
          .build();

  @Test
  void givenAllRecordsOfAJob_whenAssembled_thenEachPartIsInOrder() {
    FrozenDataset dataset = FrozenDataset.of(JOB, records());

    assertThat(dataset.selected())
        .extracting(DatasetRecord::getCandidateId)
        .containsExactly("a", "b");
    assertThat(dataset.random())
        .extracting(DatasetRecord::getCandidateId)
        .containsExactly("b", "c");
    assertThat(dataset.queries()).isEqualTo(QUERIES);
    assertThat(dataset.heldOut()).isEqualTo(HELD_OUT);
  }

  @Test
  void givenFurtherArms_whenAssembled_thenEachHasItsExamplesInOrder() {
    FrozenDataset dataset = FrozenDataset.of(withArms(), recordsOfArms());

    assertThat(dataset.arms()).containsOnlyKeys("rds", "random-1");
    assertThat(dataset.of(new ArmName(Arm.SELECTED, "rds")))
        .extracting(DatasetRecord::getCandidateId)
        .containsExactly("c", "d");
    assertThat(dataset.of(new ArmName(Arm.RANDOM, "random-1")))
        .extracting(DatasetRecord::getCandidateId)
        .containsExactly("a");
    assertThat(dataset.of(ArmName.SELECTED)).isEqualTo(dataset.selected());
    assertThat(dataset.of(ArmName.RANDOM)).isEqualTo(dataset.random());
    assertThat(FrozenDataset.records(withArms())).isEqualTo(recordsOfArms().size());
    assertThat(FrozenDataset.records(JOB)).isEqualTo(records().size());
    assertThat(dataset.candidates()).containsExactlyInAnyOrder("a", "b", "c", "d");
    assertThatThrownBy(() -> dataset.of(new ArmName(Arm.SELECTED, "none")))
        .hasMessageContaining("no arm 'none'");
  }

  @Test
  void givenExamplesOfAnArmThatTheJobDoesNotHave_whenAssembled_thenTheyAreRefused() {
    assertThatThrownBy(() -> FrozenDataset.of(JOB, recordsOfArms()))
        .hasMessageContaining("part ARM rds: the job does not have this part");
  }

  @Test
  void givenAnArmWithoutItsExamples_whenAssembled_thenTheMessageNamesIt() {
    assertThatThrownBy(() -> FrozenDataset.of(withArms(), records()))
        .hasMessageContaining("part ARM rds: found 0 of 2");
    List<DatasetRecord> another = recordsOfArms();
    another.set(another.size() - 1, ofArm("random-1", 0, "x"));
    assertThatThrownBy(() -> FrozenDataset.of(withArms(), another))
        .hasMessageContaining("part ARM random-1: the examples have checksum");
  }

  private static FineTuneJob withArms() {
    return FineTuneJob.newBuilder(JOB)
        .setArms(List.of(arm("rds", false, "c", "d"), arm("random-1", true, "a")))
        .build();
  }

  private static JobArm arm(String name, boolean random, String... ids) {
    return new JobArm(
        name,
        "hidden",
        "f",
        "round-robin",
        random,
        20L,
        ids.length,
        ExampleHashes.ofOrder(List.of(ids)),
        List.of());
  }

  private static List<DatasetRecord> recordsOfArms() {
    List<DatasetRecord> records = records();
    records.add(ofArm("rds", 0, "c"));
    records.add(ofArm("rds", 1, "d"));
    records.add(ofArm("random-1", 0, "a"));
    return records;
  }

  private static DatasetRecord ofArm(String arm, int rank, String id) {
    return DatasetRecord.newBuilder(example(DatasetPart.ARM, rank, id, "1")).setArm(arm).build();
  }

  static Stream<Arguments> faults() {
    List<DatasetRecord> missing = records();
    missing.remove(1);
    List<DatasetRecord> swapped = records();
    swapped.add(0, swapped.remove(1));
    List<DatasetRecord> another = records();
    another.set(0, example(DatasetPart.SELECTED, 0, "x", "1"));
    List<DatasetRecord> anotherControl = records();
    anotherControl.set(3, example(DatasetPart.RANDOM, 1, "x", "1"));
    List<DatasetRecord> changedQuery = records();
    changedQuery.set(4, example(DatasetPart.QUERIES, 0, "q-0", "3"));
    List<DatasetRecord> changedHeldOut = records();
    changedHeldOut.set(6, example(DatasetPart.HELD_OUT, 0, "h-1", "6"));
    List<DatasetRecord> twice = records();
    twice.addAll(records());
    return Stream.of(
        Arguments.of("part SELECTED: found 1 of 2", missing),
        Arguments.of("part SELECTED: found rank 1 where rank 0", swapped),
        Arguments.of("part SELECTED: the examples have checksum", another),
        Arguments.of("part RANDOM: the examples have checksum", anotherControl),
        Arguments.of("part QUERIES: the examples have checksum", changedQuery),
        Arguments.of("part HELD_OUT: the examples have checksum", changedHeldOut),
        Arguments.of("part SELECTED: found rank 0 where rank 2", twice));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void givenRecordsThatDoNotMatchTheJob_whenAssembled_thenTheyAreRefused(
      String expected, List<DatasetRecord> records) {
    assertThatThrownBy(() -> FrozenDataset.of(JOB, records))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void givenAJobWithoutControls_whenItsRecordsHaveRandomExamples_thenTheyAreRefused() {
    FineTuneJob without = FineTuneJob.newBuilder(JOB).setControls(List.of()).build();
    assertThatThrownBy(() -> FrozenDataset.of(without, records()))
        .hasMessageContaining("part RANDOM: found 2 of 0");
  }

  @Test
  void givenSetsThatDifferOnlyInWhereOneTextEnds_whenHashed_thenTheHashesDiffer() {
    assertThat(ExampleHashes.ofQueries(List.of(query("ab", "c"))))
        .isNotEqualTo(ExampleHashes.ofQueries(List.of(query("a", "bc"))))
        .hasSize(64);
    assertThat(ExampleHashes.ofOrder(List.of("a", "b")))
        .isNotEqualTo(ExampleHashes.ofOrder(List.of("b", "a")))
        .isNotEqualTo(ExampleHashes.ofOrder(List.of("ab")));
  }

  private static List<DatasetRecord> records() {
    return new ArrayList<>(
        List.of(
            example(DatasetPart.SELECTED, 0, "a", "1"),
            example(DatasetPart.SELECTED, 1, "b", "1"),
            example(DatasetPart.RANDOM, 0, "b", "1"),
            example(DatasetPart.RANDOM, 1, "c", "1"),
            example(DatasetPart.QUERIES, 0, "q-0", "2"),
            example(DatasetPart.QUERIES, 1, "q-1", "4"),
            example(DatasetPart.HELD_OUT, 0, "h-0", "6")));
  }

  private static DatasetRecord example(DatasetPart part, int rank, String id, String answer) {
    return DatasetRecord.newBuilder()
        .setJobId("j")
        .setTaskId("t")
        .setRank(rank)
        .setCandidateId(id)
        .setQuery("q-0")
        .setScore(0.5f)
        .setMessages(query(id, answer).getMessages())
        .setPart(part)
        .build();
  }

  private static Query query(String id, String answer) {
    return Queries.of(id, List.of(Messages.of("user", "ask"), Messages.of("assistant", answer)));
  }
}
