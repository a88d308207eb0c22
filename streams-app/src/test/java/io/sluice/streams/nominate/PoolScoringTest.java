package io.sluice.streams.nominate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Condition;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.Examples;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

class PoolScoringTest {
  private static final String TOPIC = "representations";

  private final AvroSerdes avro = AvroSerdes.forRegistry("mock://pool-scoring");
  private final Serializer<RepresentationKey> keys = avro.key(RepresentationKey.class).serializer();
  private final Serializer<Representation> values = avro.value(Representation.class).serializer();
  private TargetTask task = Examples.task("t", 1, 3, 2);
  private long offset;

  private PoolScoring scoring() {
    return new PoolScoring(task, queries(), TOPIC, avro, new RecordLimit(1 << 20));
  }

  private List<QueryRepresentation> queries() {
    List<QueryRepresentation> queries = new ArrayList<>();
    for (int q = 0; q < task.getQueries().size(); q++) {
      queries.add(0, Examples.query(task, q, Examples.vector(new Random(q))));
    }
    return queries;
  }

  private void send(PoolScoring scoring, Representation representation) {
    send(scoring, representation.getCandidate().getId(), values.serialize(TOPIC, representation));
  }

  private void send(PoolScoring scoring, String id, byte[] value) {
    byte[] key = keys.serialize(TOPIC, new RepresentationKey("default", id));
    scoring.accept(new ConsumerRecord<>(TOPIC, 3, offset++, key, value));
  }

  private static Representation candidate(String id, int seed) {
    return Examples.representation(id, Examples.vector(new Random(1000L + seed)));
  }

  /** The scores of some candidates, as a shard computes them. */
  private float[][] expected(Representation... candidates) {
    List<QueryRepresentation> queries = new ArrayList<>(queries());
    queries.sort((a, b) -> Integer.compare(a.getQueryIndex(), b.getQueryIndex()));
    ShardTask shard =
        new ShardTask(task, queries, ShardProgress.BEGINNING, new RecordLimit(1 << 20));
    float[][] rows = new float[queries.size()][candidates.length];
    for (int c = 0; c < candidates.length; c++) {
      float[] scores = shard.score(List.of(new Arrival(candidates[c], 0).vectors())).get(0);
      for (int q = 0; q < scores.length; q++) {
        rows[q][c] = scores[q];
      }
    }
    return rows;
  }

  @Test
  void givenARepeatOfAnotherFingerprint_whenScored_thenTheCandidateIsNotInThePool() {
    PoolScoring scoring = scoring();
    send(scoring, candidate("a", 1));
    send(scoring, candidate("b", 2));
    send(scoring, Examples.representation("a", Examples.vector(new Random(1001)), "another"));
    assertThat(scoring.judged("a")).isEmpty();
    assertThat(scoring.judged("b")).isPresent();
  }

  @Test
  void givenAHistory_whenScored_thenThePoolIsWhatIsLeftOfIt() {
    PoolScoring scoring = scoring();
    send(scoring, candidate("c", 1));
    send(scoring, candidate("b", 2));
    send(scoring, candidate("a", 3));
    send(scoring, candidate("gone", 4));
    send(scoring, candidate("spoilt", 5));
    send(scoring, "gone", null);
    send(scoring, "spoilt", new byte[] {1, 2, 3});
    send(
        scoring,
        Representation.newBuilder(candidate("foreign", 6)).setFingerprint("another").build());

    ScoredPool pool = scoring.complete();

    assertThat(pool.members())
        .containsExactly(
            new ScoredPool.Member("a", 3, 2, ""),
            new ScoredPool.Member("b", 3, 1, ""),
            new ScoredPool.Member("c", 3, 0, ""));
    assertThat(pool.rows())
        .isDeepEqualTo(expected(candidate("a", 3), candidate("b", 2), candidate("c", 1)));
  }

  @Test
  void givenMoreCandidatesThanABlock_whenScored_thenAllAreInTheTable() {
    PoolScoring scoring = scoring();
    Representation[] all = new Representation[3000];
    for (int c = 0; c < all.length; c++) {
      all[c] = candidate("c%04d".formatted(c), c);
      send(scoring, all[c]);
    }

    assertThat(scoring.complete().rows()).isDeepEqualTo(expected(all));
  }

  @Test
  void givenARepeatWithOtherMetadata_whenTheRulesJudgeItDifferently_thenTheLatestCounts() {
    Condition german =
        Condition.newBuilder().setField("metadata.lang").setIn(List.of("de")).build();
    task =
        TargetTask.newBuilder(task)
            .setRules(Rules.newBuilder().setWhere(List.of(german)).build())
            .build();
    PoolScoring scoring = scoring();
    Representation a = Examples.withMetadata(candidate("a", 1), Map.of("lang", "de"));
    Representation b = Examples.withMetadata(candidate("b", 2), Map.of("lang", "de"));
    send(scoring, a);
    send(scoring, b);
    send(scoring, Examples.withMetadata(a, Map.of("lang", "de", "more", "x")));
    send(scoring, Examples.withMetadata(b, Map.of("lang", "en")));

    assertThat(scoring.complete().members()).containsExactly(new ScoredPool.Member("a", 3, 2, ""));
  }

  @Test
  void givenContentsThatCountOnce_whenScored_thenTheLowestIdStandsForEach() {
    task =
        TargetTask.newBuilder(task)
            .setRules(Rules.newBuilder().setDuplicates(Duplicates.ONE).build())
            .build();
    PoolScoring scoring = scoring();
    for (String id : List.of("d", "c", "b", "a")) {
      int content = id.compareTo("c") < 0 ? 1 : 2;
      send(
          scoring,
          Representation.newBuilder(candidate(id, content))
              .setTokensHash(ByteBuffer.wrap(new byte[] {(byte) content}))
              .build());
    }

    assertThat(scoring.complete().members())
        .extracting(ScoredPool.Member::id)
        .containsExactlyInAnyOrder("a", "c");
  }

  @Test
  void givenNoCandidate_whenScored_thenThePoolIsEmpty() {
    assertThat(scoring().complete().members()).isEmpty();
  }

  @Test
  void givenAQueryThatIsNotRepresented_whenScored_thenTheReasonIsNamed() {
    assertThatThrownBy(
            () ->
                new PoolScoring(
                    task, queries().subList(0, 2), TOPIC, avro, new RecordLimit(1 << 20)))
        .hasMessageContaining("2 of the 3 queries of task 't'");
  }

  @Test
  void givenQueryRepresentations_whenChecked_thenOnlyThoseOfTheRevisionBelongToIt() {
    QueryRepresentation query = queries().get(0);
    TargetTask next = TargetTask.newBuilder(task).setRevision(2).build();
    QueryRepresentationKey key = new QueryRepresentationKey("t", 1, query.getQueryIndex());

    assertThat(PoolScoring.isOf(task, key, query)).isTrue();
    assertThat(PoolScoring.isOf(next, key, query)).isFalse();
    assertThat(PoolScoring.isOf(task, new QueryRepresentationKey("t", 1, 7), query)).isFalse();
  }
}
