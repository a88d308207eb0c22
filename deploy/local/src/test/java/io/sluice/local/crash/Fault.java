package io.sluice.local.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;

/**
 * Processes that are killed at one moment.
 *
 * @param recovered whether the instances are let recover from the fault before
 * @param pause after that
 * @param victims who is killed, with {@code kill -9}
 * @param wiped those of them that lose their state directories too
 * @param down how long until they are started again
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

  /** Every kind of fault that there is, of which a plan takes one after the other. */
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
   * A plan, the same for the same seed: all kinds in random order, then all again.
   *
   * @param kills how many processes are killed at least
   */
  static List<Fault> plan(long seed, int kills) {
    Random random = new Random(seed);
    List<Fault> faults = new ArrayList<>();
    List<Kind> deck = new ArrayList<>();
    for (int killed = 0; killed < kills; killed += faults.get(faults.size() - 1).victims().size()) {
      if (deck.isEmpty()) {
        deck.addAll(EnumSet.allOf(Kind.class));
        Collections.shuffle(deck, random);
      }
      Kind kind = deck.remove(0);
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

  /** The broker is away for long, when everything ran well before. */
  static Fault outage(Duration down) {
    return new Fault(true, Duration.ofSeconds(2), List.of(Role.BROKER), List.of(), down);
  }

  /** Sometimes longer than the time after which sessions and transactions end: 6 s and 10 s. */
  private static int downMillis(Random random) {
    return random.nextInt(5) == 0 ? 7_000 + random.nextInt(8_000) : random.nextInt(3_000);
  }
}
