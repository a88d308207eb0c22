package io.sluice.local.crash;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills a broker, two instances of the streams-app and a producer at random moments, while
 * candidates, tasks and jobs come and go. In the end, all outputs must be as if nothing had been
 * killed.
 *
 * <p>{@code -Dsluice.crash.seed=N} repeats what was done to them and what they worked on; when
 * exactly it met them is up to the machine. {@code -Dsluice.crash.kills=N} kills at least so many
 * processes. Logs and data stay in {@code target/crash-test}.
 */
@Tag("slow")
class CrashTest {
  private static final Logger log = LoggerFactory.getLogger(CrashTest.class);
  private static final int KILLS = Integer.getInteger("sluice.crash.kills", 20);
  private static final long SEED = Long.getLong("sluice.crash.seed", 180);

  /** How long the broker is away after the last kill, while candidates wait. */
  private static final Duration OUTAGE = Duration.ofSeconds(90);

  @Test
  void givenKillsAtRandomMomentsAndALongOutage_whenQuiet_thenAllIsAsIfNothingHadHappened()
      throws Exception {
    List<Fault> faults = new ArrayList<>(Fault.plan(SEED, KILLS));
    faults.add(Fault.outage(OUTAGE));
    crash(faults);
  }

  private static void crash(List<Fault> faults) throws Exception {
    log.atInfo().addKeyValue("seed", SEED).addKeyValue("faults", faults.size()).log("crash test");
    try (Deployment deployment = Deployment.start(Path.of("target", "crash-test"), SEED);
        ReadyTrainer trainer = new ReadyTrainer(deployment.connection())) {
      for (Fault fault : faults) {
        log.atInfo()
            .addKeyValue("number", faults.indexOf(fault) + 1)
            .addKeyValue("of", faults.size())
            .log(fault.toString());
        deployment.inject(fault);
      }
      deployment.finishProducing();
      log.info("the producer has finished");
      new Oracle(deployment).check();
      trainer.requireAlive();
    }
  }
}
