package io.sluice.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPartitionsTest {

  /** Known murmur2 hashes of UTF-8 keys, by which Kafka clients in all languages partition. */
  @ParameterizedTest
  @CsvSource({
    "21, -973932308",
    "foobar, -790332482",
    "a-little-bit-long-string, -985981536",
    "a-little-bit-longer-string, -1486304829"
  })
  void givenAnIdOfKnownHash_whenPartitioned_thenThePartitionIsThePositiveHashModuloPartitions(
      String id, int hash) {
    for (int partitions : new int[] {1, 2, 7, 64}) {
      assertThat(KeyPartitions.partitionFor(id, partitions))
          .isEqualTo((hash & 0x7fffffff) % partitions);
    }
  }

  @Property(tries = 300)
  void givenAnyId_whenPartitioned_thenThePartitionIsThatOfKafkasDefaultPartitioner(
      @ForAll String id, @ForAll @IntRange(min = 1, max = 500) int partitions) {
    byte[] key = new StringSerializer().serialize("any", id);
    assertThat(KeyPartitions.partitionFor(id, partitions))
        .isEqualTo(Utils.toPositive(Utils.murmur2(key)) % partitions)
        .isBetween(0, partitions - 1);
  }
}
