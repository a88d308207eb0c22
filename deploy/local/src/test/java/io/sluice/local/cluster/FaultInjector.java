package io.sluice.local.cluster;

import io.sluice.local.crash.StreamsInstance;
import io.sluice.local.process.RestartableProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Lets faults happen to a cluster and to what works on it. A fault lasts while the next is
 * prepared, and both may last at the same time if they happen to different targets.
 */
final class FaultInjector implements AutoCloseable {
  private static final long STOPPED_WITHIN_SECONDS = 300;

  private final SecuredCluster cluster;
  private final Victims victims;
  private final Path folder;
  private final ScheduledExecutorService clock =
      Executors.newScheduledThreadPool(ClusterFault.Target.values().length);
  private final List<Ongoing> ongoing = new ArrayList<>();

  /**
   * Changes nothing yet.
   *
   * @param folder for files that it needs
   */
  FaultInjector(SecuredCluster cluster, Victims victims, Path folder) {
    this.cluster = cluster;
    this.victims = victims;
    this.folder = folder;
  }

  /** What ends a fault; may take a while, and runs on a thread of its own. */
  private interface Ending {
    void end() throws IOException, InterruptedException;
  }

  private record Ongoing(ClusterFault.Target target, Future<?> end) {}

  /** Lets a fault begin; it ends by itself when its time is over. */
  void begin(ClusterFault fault) throws InterruptedException, IOException {
    Ending ending = start(fault);
    Future<?> end =
        clock.schedule(
            () -> {
              ending.end();
              return fault;
            },
            fault.lasting().toMillis(),
            TimeUnit.MILLISECONDS);
    ongoing.add(new Ongoing(fault.kind().target(), end));
  }

  /** Waits until no fault lasts that another one must not meet. */
  void awaitEndsBefore(ClusterFault next) throws InterruptedException {
    // A clock can be anybody's.
    if (next.overlapping() && next.kind() != ClusterFault.Kind.CLOCK_JUMPED) {
      awaitEndsOf(ongoing.stream().filter(each -> each.target == next.kind().target()).toList());
    } else {
      awaitEnds();
    }
  }

  /** Waits until no fault lasts. */
  void awaitEnds() throws InterruptedException {
    awaitEndsOf(List.copyOf(ongoing));
  }

  private void awaitEndsOf(List<Ongoing> faults) throws InterruptedException {
    for (Ongoing each : faults) {
      try {
        each.end.get();
      } catch (ExecutionException e) {
        throw new AssertionError("a fault could not be ended", e.getCause());
      }
      ongoing.remove(each);
    }
  }

  private Ending start(ClusterFault fault) throws InterruptedException, IOException {
    int number = fault.victim();
    StreamsInstance instance = pick(victims.streams(), number);
    return switch (fault.kind()) {
      case BROKER_KILLED -> kill(broker(number));
      case TWO_BROKERS_KILLED -> kill(broker(number), broker(number + 1));
      case BROKER_FROZEN -> {
        broker(number).freeze();
        yield broker(number)::thaw;
      }
      case BROKER_CUT_OFF -> {
        int broker = number % cluster.brokers().size();
        cluster.cutOff(broker);
        yield () -> cluster.reconnect(broker);
      }
      case BROKERS_ROLLED -> this::roll;
      case REGISTRY_AWAY -> {
        // Unlike the services, the producer ends when it needs the registry, and goes on later.
        victims.supervise(victims.producer().process());
        cluster.registry().stop();
        yield cluster.registry()::restart;
      }
      case STREAMS_KILLED -> killService(instance.process());
      case STREAMS_WIPED -> {
        Ending start = killService(instance.process());
        instance.wipe();
        yield start;
      }
      case DISK_FULL -> {
        SmallDisk disk = pick(victims.disks(), number);
        victims.supervise(instance.process());
        disk.fill();
        yield disk::free;
      }
      case PRODUCER_KILLED -> killService(victims.producer().process());
      case TIMESTAMPS_SHIFTED -> {
        victims.producer().shiftTimestamps(fault.shift());
        yield () -> victims.producer().shiftTimestamps(Duration.ZERO);
      }
      case WORKER_KILLED -> killService(pick(victims.workers(), number));
      case TRAINER_KILLED -> killService(pick(victims.trainers(), number));
      case CLOCK_JUMPED -> {
        RestartableProcess victim = pick(victims.all(), number);
        FakeClock wrong = FakeClock.of(folder.resolve("clock-" + victim), fault.shift());
        victims.supervise(victim);
        victim.kill();
        victim.start(wrong.starter());
        yield () -> wrong.shift(Duration.ZERO);
      }
    };
  }

  private RestartableProcess broker(int number) {
    return pick(cluster.brokers(), number);
  }

  private static <T> T pick(List<T> several, int number) {
    return several.get(number % several.size());
  }

  private static Ending kill(RestartableProcess... processes) throws InterruptedException {
    for (RestartableProcess each : processes) {
      each.kill();
    }
    return () -> List.of(processes).forEach(RestartableProcess::start);
  }

  /** A service that starts while no broker answers ends after a while. */
  private Ending killService(RestartableProcess process) throws InterruptedException {
    victims.supervise(process);
    return kill(process);
  }

  private void roll() throws InterruptedException, IOException {
    for (RestartableProcess broker : cluster.brokers()) {
      cluster.awaitInSync();
      broker.stop(STOPPED_WITHIN_SECONDS);
      broker.start();
    }
    cluster.awaitInSync();
  }

  /** Ends faults that still last. */
  @Override
  public void close() {
    clock.shutdown();
  }
}
