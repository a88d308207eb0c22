package io.sluice.local.cli.deadletter;

import io.sluice.streams.watch.DeadLetter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts dead letters by stage, topic and kind of reason. Not thread-safe. */
final class ReasonTally {
  /** Whoever can write records chooses their reasons, which must not fill the memory. */
  private static final int MOST_KINDS = 10_000;

  private static final String OTHER = "(other reasons)";

  private final Map<Key, Row> rows = new HashMap<>();
  private long total;

  void add(DeadLetter letter) {
    total++;
    Key key = new Key(letter.stage(), letter.topic(), letter.kind());
    if (!rows.containsKey(key) && rows.size() >= MOST_KINDS) {
      key = new Key("", "", OTHER);
    }
    rows.merge(
        key,
        new Row(1, key.stage, key.topic, key.kind, letter.at(), letter.at()),
        (a, b) ->
            new Row(
                a.count + b.count,
                a.stage,
                a.topic,
                a.kind,
                Math.min(a.first, b.first),
                Math.max(a.last, b.last)));
  }

  long total() {
    return total;
  }

  int kinds() {
    return rows.size();
  }

  List<Row> mostFrequent(int most) {
    return rows.values().stream()
        .sorted(
            Comparator.comparingLong(Row::count)
                .reversed()
                .thenComparing(Row::topic)
                .thenComparing(Row::kind))
        .limit(most)
        .toList();
  }

  private record Key(String stage, String topic, String kind) {}

  /**
   * Letters with the same stage, topic and kind of reason.
   *
   * @param first when the first became a letter, in milliseconds since 1970 UTC
   * @param last when the last did
   */
  record Row(long count, String stage, String topic, String kind, long first, long last) {}
}
