package io.sluice.local.cluster;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.crash.Oracle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disturbs a secured cluster of three brokers, its schema registry and everything that works on it,
 * while candidates, tasks and jobs come and go. In the end, all outputs must be as if nothing had
 * happened.
 *
 * <p>{@code -Dsluice.faults.count=N} is the number of faults. {@code -Dsluice.faults.seed=S}
 * repeats the faults, what the services work on, and whether the streams-app has standby replicas;
 * when exactly a fault meets them is up to the machine. Logs and data stay in {@code
 * target/cluster-faults}.
 */
@Tag("slow")
class ClusterFaultsTest {
  private static final Logger log = LoggerFactory.getLogger(ClusterFaultsTest.class);
  private static final int COUNT = Integer.getInteger("sluice.faults.count", 9);
  private static final long SEED = Long.getLong("sluice.faults.seed", 41);

  /** Standby replicas with odd seeds, none with even ones. */
  private static final int STANDBYS = Math.floorMod(SEED, 2);

  @Test
  void givenAClusterWithFaults_whenQuiet_thenOutputsAreAsIfNothingHadHappened() throws Exception {
    List<ClusterFault> faults = ClusterFault.plan(SEED, COUNT);
    try (FaultyDeployment deployment =
        FaultyDeployment.start(Path.of("target", "cluster-faults"), SEED, STANDBYS)) {
      for (int i = 0; i < faults.size(); i++) {
        log.atInfo()
            .addKeyValue("number", i + 1)
            .addKeyValue("of", faults.size())
            .log(faults.get(i).toString());
        deployment.inject(faults.get(i));
      }
      deployment.finishProducing();
      log.info("the producer has finished");
      new Oracle(deployment).check();
      assertThat(deployment.refused()).as("what the brokers refused").isEmpty();
      log.atInfo()
          .addKeyValue("seed", SEED)
          .addKeyValue("standbys", STANDBYS)
          .addKeyValue("faults", faults.size())
          .addKeyValue("kinds", byKind(faults))
          .log("all outputs are as if nothing had happened");
    }
  }

  private static Map<ClusterFault.Kind, Long> byKind(List<ClusterFault> faults) {
    return faults.stream().collect(groupingBy(ClusterFault::kind, TreeMap::new, counting()));
  }
}
