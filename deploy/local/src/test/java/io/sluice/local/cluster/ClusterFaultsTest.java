package io.sluice.local.cluster;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.sluice.local.cluster.ClusterFault.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disturbs a secured cluster of three brokers, its schema registry and everything that works on it,
 * while candidates, tasks and jobs come and go. All outputs must be as if nothing had happened, at
 * the end and every now and then.
 *
 * <p>These system properties say what happens; logs and data stay in {@code target/cluster-faults}.
 *
 * <ul>
 *   <li>{@code sluice.faults.count}: the number of faults of the long run.
 *   <li>{@code sluice.faults.seed}: repeats the faults, what the services work on, and whether the
 *       streams-app has standby replicas (odd seeds). When exactly a fault meets them is up to the
 *       machine.
 *   <li>{@code sluice.faults.kinds}: kinds of faults, separated by commas; otherwise all kinds that
 *       are possible on this machine.
 *   <li>{@code sluice.faults.check}: the number of faults between two checks.
 *   <li>{@code sluice.faults.protocols}: {@code classic} or {@code new} protocols of groups.
 * </ul>
 */
@Tag("broker")
class ClusterFaultsTest {
  private static final Logger log = LoggerFactory.getLogger(ClusterFaultsTest.class);
  private static final Path FOLDER = Path.of("target", "cluster-faults");
  private static final int COUNT = Integer.getInteger("sluice.faults.count", 14);
  private static final int CHECK_EVERY = Integer.getInteger("sluice.faults.check", 20);
  private static final GroupProtocols PROTOCOLS =
      GroupProtocols.valueOf(
          System.getProperty("sluice.faults.protocols", "classic").toUpperCase(Locale.ROOT));
  private static final int SHARDS = 3;
  private static final List<Kind> FEW =
      List.of(Kind.BROKER_KILLED, Kind.STREAMS_KILLED, Kind.WORKER_KILLED);

  @Test
  void givenFewFaults_whenQuiet_thenOutputsAreAsIfNothingHadHappened() throws Exception {
    disturb(41, FEW.size(), EnumSet.copyOf(FEW));
  }

  @Test
  @Tag("slow")
  void givenManyFaults_whenQuiet_thenOutputsAreAsIfNothingHadHappened() throws Exception {
    long seed = Long.getLong("sluice.faults.seed", new Random().nextInt(1_000_000));
    disturb(seed, COUNT, kinds());
  }

  private static void disturb(long seed, int count, Set<Kind> kinds) throws Exception {
    int standbys = Math.floorMod(seed, 2);
    log.atInfo()
        .addKeyValue("seed", seed)
        .addKeyValue("standbys", standbys)
        .addKeyValue("protocols", PROTOCOLS)
        .addKeyValue("faults", count)
        .addKeyValue("kinds", kinds)
        .log("faults of a cluster");
    List<ClusterFault> faults = ClusterFault.plan(seed, count, kinds);
    Victims.Setup setup = new Victims.Setup(PROTOCOLS, standbys, SHARDS, seed);
    try (FaultyDeployment deployment = FaultyDeployment.start(FOLDER, setup)) {
      for (int i = 0; i < count; i++) {
        log.atInfo()
            .addKeyValue("number", i + 1)
            .addKeyValue("of", count)
            .log(faults.get(i).toString());
        deployment.inject(faults.get(i));
        if ((i + 1) % CHECK_EVERY == 0 && i + 1 < count) {
          deployment.check();
          log.atInfo()
              .addKeyValue("faults", i + 1)
              .log("up to here, all is as if nothing had happened");
          deployment.resume();
        }
      }
      deployment.check();
      log.atInfo()
          .addKeyValue("seed", seed)
          .addKeyValue("standbys", standbys)
          .addKeyValue("faults", count)
          .addKeyValue("kinds", byKind(faults))
          .log("all outputs are as if nothing had happened");
    }
  }

  /** The kinds that were asked for, which must be possible, or otherwise all that are. */
  private static Set<Kind> kinds() throws IOException {
    Set<Kind> possible = EnumSet.allOf(Kind.class);
    if (!SmallDisk.isPossible(FOLDER.resolveSibling("probe"))) {
      possible.remove(Kind.DISK_FULL);
      log.info("left out: DISK_FULL, since only root can mount a small disk");
    }
    if (FakeClock.library().isEmpty()) {
      possible.remove(Kind.CLOCK_JUMPED);
      log.info("left out: CLOCK_JUMPED, since libfaketime is not installed");
    }
    if (!Firewall.isPossible()) {
      log.info("BROKER_CUT_OFF suspends brokers, since iptables and setpriv cannot be used");
    }
    String chosen = System.getProperty("sluice.faults.kinds", "");
    if (chosen.isEmpty()) {
      return possible;
    }
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    Arrays.stream(chosen.split(",")).map(Kind::valueOf).forEach(kinds::add);
    if (!possible.containsAll(kinds)) {
      throw new AssertionError("not all of %s are possible here".formatted(kinds));
    }
    return kinds;
  }

  private static Map<Kind, Long> byKind(List<ClusterFault> faults) {
    return faults.stream().collect(groupingBy(ClusterFault::kind, TreeMap::new, counting()));
  }
}
