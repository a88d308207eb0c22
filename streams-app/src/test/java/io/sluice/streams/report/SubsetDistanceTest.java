package io.sluice.streams.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SubsetDistanceTest {
  @Test
  void givenFallingScores_whenMeasured_thenEachTierCoversItsOwnExamples() {
    SubsetDistance distance = of(List.of(0.9f, 0.7f, 0.5f, 0.1f), List.of(0.2f, 0.0f));

    assertThat(distance.arms().get(ArmName.SELECTED).mean()).isCloseTo(0.45, within(1e-6));
    assertThat(distance.arms().get(ArmName.RANDOM).mean()).isCloseTo(0.9, within(1e-6));
    assertThat(distance.tiers())
        .extracting(SubsetDistance.Tier::from, SubsetDistance.Tier::to)
        .containsExactly(tuple(0, 2), tuple(2, 4));
    assertThat(distance.tiers().get(0).distance().mean()).isCloseTo(0.2, within(1e-6));
    assertThat(distance.tiers().get(1).distance().mean()).isCloseTo(0.7, within(1e-6));
  }

  @Test
  void givenNoRandomControl_whenMeasured_thenItsDistanceIsEmpty() {
    assertThat(of(List.of(0.5f), List.of()).arms()).containsOnlyKeys(ArmName.SELECTED);
  }

  private static SubsetDistance of(List<Float> selected, List<Float> random) {
    return SubsetDistance.of(
        new FrozenDataset(
            Reports.finished("j", selected.size()).job(),
            records(selected, DatasetPart.SELECTED),
            records(random, DatasetPart.RANDOM),
            List.of(),
            List.of(),
            Map.of()),
        List.of(2, 4, 8));
  }

  private static List<DatasetRecord> records(List<Float> scores, DatasetPart part) {
    return IntStream.range(0, scores.size())
        .mapToObj(
            i ->
                DatasetRecord.newBuilder()
                    .setJobId("j")
                    .setTaskId("maths")
                    .setPart(part)
                    .setRank(i)
                    .setCandidateId("c" + i)
                    .setQuery("q")
                    .setScore(scores.get(i))
                    .setMessages(List.of())
                    .build())
        .toList();
  }
}
