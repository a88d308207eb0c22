package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class RecordLookupTest {
  private static final int RECORDS = 1000;
  private static final int BATCH = 10;

  private final PartitionInMemory partition = new PartitionInMemory(BATCH);
  private final CountingReader reader = new CountingReader(partition.open(0, 0));
  private final RecordLookup lookup = new RecordLookup(reader);

  RecordLookupTest() {
    for (int record = 0; record < RECORDS; record++) {
      partition.append(
          new byte[] {1, (byte) record, (byte) (record >> 8)}, Optional.of(value(record)));
    }
  }

  private static byte[] value(int record) {
    return new byte[] {2, (byte) record, (byte) (record >> 8)};
  }

  private void assertFound(int offset) {
    assertThat(lookup.at(offset).orElseThrow().value()).hasValue(value(offset));
  }

  @Test
  void givenAscendingOffsetsWithSmallGaps_whenLookedUp_thenThePartitionIsReadOnce() {
    IntStream.range(0, RECORDS).filter(offset -> offset % 3 == 0).forEach(this::assertFound);
    assertThat(reader.reads).isEqualTo(RECORDS / BATCH);
    assertThat(partition.jumps()).isEqualTo(1);
  }

  @Test
  void givenOffsetsFarApart_whenLookedUp_thenWhatIsBetweenIsNotRead() {
    IntStream.range(0, RECORDS).filter(offset -> offset % 100 == 50).forEach(this::assertFound);
    assertThat(reader.reads).isEqualTo(RECORDS / 100);
  }

  @Test
  void givenOffsetsInAnyOrder_whenLookedUp_thenEachIsFound() {
    List.of(500, 499, 500, 0, RECORDS - 1, 1, 517, 490).forEach(this::assertFound);
  }

  @Test
  void givenCompactionRemovedARecord_whenLookedUp_thenNoneUnlessItWasFetchedBefore() {
    assertFound(0);
    partition.append(new byte[] {1, 5, 0}, Optional.of(value(5)));
    partition.append(new byte[] {1, 100, 0}, Optional.of(value(100)));
    partition.compact(Long.MAX_VALUE);

    assertFound(5);
    assertThat(lookup.at(100)).isEmpty();
    assertFound(101);
  }

  @Test
  void givenNoAnswer_whenLookedUp_thenATimeoutInTheEnd() {
    assertThatThrownBy(() -> lookup.at(RECORDS)).isInstanceOf(TimeoutException.class);
  }

  /** Counts reads. */
  private static final class CountingReader implements PartitionReader {
    private final PartitionReader reader;
    private int reads;

    private CountingReader(PartitionReader reader) {
      this.reader = reader;
    }

    @Override
    public long end() {
      return reader.end();
    }

    @Override
    public Batch read(long from, Duration wait) {
      reads++;
      return reader.read(from, wait);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
