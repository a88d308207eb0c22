package io.sluice.local.cluster;

import io.sluice.local.crash.Deck;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A fault of a cluster or of what works on it.
 *
 * @param kind what happens
 * @param recovered whether all instances of the streams-app must be ready before it happens
 * @param pause how long to wait after that, before it happens
 * @param victim which of several brokers or instances it happens to, modulo their number
 * @param lasting how long it lasts
 */
record ClusterFault(Kind kind, boolean recovered, Duration pause, int victim, Duration lasting) {
  /** The kinds of faults; a plan uses each of them once before it repeats one. */
  enum Kind {
    /** {@code kill -9} of one broker; the two others continue. */
    BROKER_KILLED,

    /** {@code kill -9} of two brokers at the same moment; the third alone accepts no records. */
    TWO_BROKERS_KILLED,

    /** One broker is suspended with its connections open, as if it were cut off. */
    BROKER_FROZEN,

    /** Each broker is stopped in good order and started, when all replicas are in sync. */
    BROKERS_ROLLED,

    /** The schema registry is stopped. */
    REGISTRY_AWAY,

    /** {@code kill -9} of one instance of the streams-app. */
    STREAMS_KILLED,

    /** The same, and its state directory is deleted. */
    STREAMS_WIPED,

    /** {@code kill -9} of the producer that stands for workers and users. */
    PRODUCER_KILLED,

    /** {@code kill -9} of the trainer. */
    TRAINER_KILLED
  }

  /** Returns a sequence of faults, which depends on the seed only. */
  static List<ClusterFault> plan(long seed, int count) {
    Random random = new Random(seed);
    Deck<Kind> deck = new Deck<>(EnumSet.allOf(Kind.class), random);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new ClusterFault(
                    deck.next(),
                    random.nextInt(3) > 0,
                    Duration.ofMillis(100 + random.nextInt(5_000)),
                    random.nextInt(6),
                    Duration.ofMillis(lastingMillis(random))))
        .toList();
  }

  /** In one of three cases, longer than the time-out of sessions of brokers and clients (6 s). */
  private static int lastingMillis(Random random) {
    return random.nextInt(3) == 0 ? 7_000 + random.nextInt(8_000) : random.nextInt(4_000);
  }
}
