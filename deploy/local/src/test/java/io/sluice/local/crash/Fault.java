package io.sluice.local.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;

/**
 * A fault: one or more processes are killed at the same moment and started again later.
 *
 * @param recovered whether all instances must be ready again before the fault happens
 * @param pause how long to wait after that, before the fault happens
 * @param victims the processes that are killed, with {@code kill -9}
 * @param wiped the instances among them whose state directories are deleted
 * @param down how long the processes stay down
 */
record Fault(
    boolean recovered, Duration pause, List<Role> victims, List<Role> wiped, Duration down) {
  /** The processes that can be killed. */
  enum Role {
    BROKER,
    STREAMS_A,
    STREAMS_B,
    PRODUCER
  }

  /** The kinds of faults; a plan uses each of them once before it repeats one. */
  private enum Kind {
    STREAMS(List.of(Role.STREAMS_A), false),
    BOTH_STREAMS_WIPED(List.of(Role.STREAMS_A, Role.STREAMS_B), true),
    BROKER(List.of(Role.BROKER), false),
    STREAMS_WIPED(List.of(Role.STREAMS_B), true),
    PRODUCER(List.of(Role.PRODUCER), false),
    OTHER_STREAMS(List.of(Role.STREAMS_B), false),
    BROKER_AND_STREAMS(List.of(Role.BROKER, Role.STREAMS_A), false),
    BOTH_STREAMS(List.of(Role.STREAMS_A, Role.STREAMS_B), false),
    BROKER_AND_PRODUCER(List.of(Role.BROKER, Role.PRODUCER), false);

    private final List<Role> victims;
    private final boolean wiping;

    Kind(List<Role> victims, boolean wiping) {
      this.victims = victims;
      this.wiping = wiping;
    }
  }

  /**
   * Returns a sequence of faults, which depends on the seed only: all kinds in random order, then
   * all again in another order.
   *
   * @param kills how many processes must be killed at least
   */
  static List<Fault> plan(long seed, int kills) {
    Random random = new Random(seed);
    List<Fault> faults = new ArrayList<>();
    Deck<Kind> deck = new Deck<>(EnumSet.allOf(Kind.class), random);
    for (int killed = 0; killed < kills; killed += faults.get(faults.size() - 1).victims().size()) {
      Kind kind = deck.next();
      faults.add(
          new Fault(
              random.nextInt(3) > 0,
              Duration.ofMillis(100 + random.nextInt(5_000)),
              kind.victims,
              kind.wiping ? kind.victims : List.of(),
              Duration.ofMillis(downMillis(random))));
    }
    return faults;
  }

  /** Returns a long outage of the broker, which begins when everything is running well. */
  static Fault outage(Duration down) {
    return new Fault(true, Duration.ofSeconds(2), List.of(Role.BROKER), List.of(), down);
  }

  /** In one of five cases, longer than the time-out of sessions (6 s) or transactions (10 s). */
  private static int downMillis(Random random) {
    return random.nextInt(5) == 0 ? 7_000 + random.nextInt(8_000) : random.nextInt(3_000);
  }
}
