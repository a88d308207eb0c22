package io.sluice.local.cluster;

import io.sluice.local.crash.Deck;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A fault of a cluster or of what works on it.
 *
 * @param kind what happens
 * @param overlapping whether it may happen while the one before it lasts, if that happened to
 *     others
 * @param recovered whether all instances of the streams-app must be ready before it happens
 * @param pause how long to wait after that, before it happens
 * @param victim which of several processes it happens to, modulo their number
 * @param lasting how long it lasts
 * @param shift of a clock, or of timestamps
 */
record ClusterFault(
    Kind kind,
    boolean overlapping,
    boolean recovered,
    Duration pause,
    int victim,
    Duration lasting,
    Duration shift) {

  /** To whom faults happen. Faults of one target never overlap. */
  enum Target {
    BROKERS,
    REGISTRY,
    STREAMS,
    PRODUCER,
    WORKERS,
    TRAINERS,
    CLOCKS
  }

  /** The kinds of faults; a plan uses each of them once before it repeats one. */
  enum Kind {
    /** {@code kill -9} of one broker; the two others continue. */
    BROKER_KILLED(Target.BROKERS),

    /** {@code kill -9} of two brokers at the same moment; the third alone accepts no records. */
    TWO_BROKERS_KILLED(Target.BROKERS),

    /** One broker is suspended with its connections open. */
    BROKER_FROZEN(Target.BROKERS),

    /** One broker sends and receives nothing; it is suspended where iptables cannot be used. */
    BROKER_CUT_OFF(Target.BROKERS),

    /** Each broker is stopped in good order and started, when all replicas are in sync. */
    BROKERS_ROLLED(Target.BROKERS),

    /** The schema registry is stopped. */
    REGISTRY_AWAY(Target.REGISTRY),

    /** {@code kill -9} of one instance of the streams-app. */
    STREAMS_KILLED(Target.STREAMS),

    /** The same, and its state directory is deleted. */
    STREAMS_WIPED(Target.STREAMS),

    /** The disk with the state of one instance is full; if that ends it, it is started again. */
    DISK_FULL(Target.STREAMS),

    /** {@code kill -9} of the producer that stands for further workers, and for users. */
    PRODUCER_KILLED(Target.PRODUCER),

    /** The timestamps of the producer's records are wrong by a shift. */
    TIMESTAMPS_SHIFTED(Target.PRODUCER),

    /** {@code kill -9} of one worker. */
    WORKER_KILLED(Target.WORKERS),

    /** {@code kill -9} of one trainer. */
    TRAINER_KILLED(Target.TRAINERS),

    /**
     * {@code kill -9} of one process but a broker, whose clock is then wrong by a shift, and right
     * again while it runs; if that ends it, it is started again.
     */
    CLOCK_JUMPED(Target.CLOCKS);

    private final Target target;

    Kind(Target target) {
      this.target = target;
    }

    Target target() {
      return target;
    }
  }

  /** Clocks jump no further than certificates are valid, and brokers accept timestamps. */
  private static final List<Duration> CLOCK_SHIFTS =
      List.of(Duration.ofDays(-1), Duration.ofMinutes(-50), Duration.ofMinutes(50));

  private static final List<Duration> TIMESTAMP_SHIFTS =
      List.of(Duration.ofDays(-30 * 365), Duration.ofDays(-1), Duration.ofMinutes(50));

  /** A clock that is right again before the process looks at it was never wrong. */
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(15);

  /** Returns a sequence of faults, which depends on the arguments only. */
  static List<ClusterFault> plan(long seed, int count, Collection<Kind> kinds) {
    Random random = new Random(seed);
    Deck<Kind> deck = new Deck<>(kinds, random);
    return IntStream.range(0, count).mapToObj(i -> next(deck.next(), random)).toList();
  }

  private static ClusterFault next(Kind kind, Random random) {
    List<Duration> shifts = kind == Kind.CLOCK_JUMPED ? CLOCK_SHIFTS : TIMESTAMP_SHIFTS;
    Duration start = kind == Kind.CLOCK_JUMPED ? STARTED_WITHIN : Duration.ZERO;
    return new ClusterFault(
        kind,
        random.nextInt(4) > 0,
        random.nextInt(4) == 0,
        Duration.ofMillis(100 + random.nextInt(3_000)),
        random.nextInt(42),
        start.plusMillis(lastingMillis(random)),
        shifts.get(random.nextInt(shifts.size())));
  }

  /** In one of three cases, longer than the time-out of sessions of brokers and clients (6 s). */
  private static int lastingMillis(Random random) {
    return random.nextInt(3) == 0 ? 7_000 + random.nextInt(8_000) : random.nextInt(4_000);
  }
}
