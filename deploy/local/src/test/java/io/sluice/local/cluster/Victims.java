package io.sluice.local.cluster;

import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.Sluice;
import io.sluice.local.crash.ScriptedProducer;
import io.sluice.local.crash.StreamsInstance;
import io.sluice.local.process.RestartableProcess;
import io.sluice.local.security.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes that work on a cluster, none of which is started yet: two instances of the
 * streams-app, a producer of synthetic representations, two workers and two trainers. The workers
 * represent candidates with the bundled model. The trainers train the jobs of tasks that name the
 * launcher {@code builtin}; of all others, a program stands for the training.
 *
 * @param streams instances of the streams-app
 * @param disks where these have their state, if a file system could be mounted for each
 * @param supervised processes that may end by themselves, and are started again
 */
record Victims(
    List<StreamsInstance> streams,
    List<SmallDisk> disks,
    ScriptedProducer producer,
    List<RestartableProcess> workers,
    List<RestartableProcess> trainers,
    Set<RestartableProcess> supervised)
    implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Victims.class);

  /** The user of the producer, which stands for workers, and for users who change tasks. */
  static final String PRODUCER = "producer";

  private static final int PAIR = 2;
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int DISK_MEGABYTES = 1024;

  /**
   * Workers and trainers wait long for brokers: on a busy machine, several faults after each other
   * keep brokers away for longer than the two minutes after which records expire by default.
   */
  private static final String PATIENT = "--set=response.timeout.ms=300000";

  /** Stands for a training that takes a while. */
  private static final String TRAINING =
      "--set=command.line=sh -c 'sleep 0.3; cp \"$1\" \"$2/weights\"' run {dataset} {output}";

  /** How the processes are set up, beside what they always get. */
  record Setup(GroupProtocols protocols, int standbys, int shards, long seed) {}

  /**
   * Describes the processes, and mounts the disks.
   *
   * @param folder for their logs, state and output
   */
  static Victims of(SecuredCluster cluster, Path folder, Setup setup) throws IOException {
    List<SmallDisk> disks = new ArrayList<>();
    boolean mountable = SmallDisk.isPossible(folder.resolve("probe"));
    List<StreamsInstance> streams = new ArrayList<>();
    for (int i = 0; i < PAIR; i++) {
      String name = "streams-" + i;
      Path disk = folder.resolve("disk-" + name);
      if (mountable) {
        disks.add(SmallDisk.mount(disk, DISK_MEGABYTES));
      }
      streams.add(
          StreamsInstance.of(
              name,
              folder,
              disk.resolve("state"),
              cluster.connectionFile(Role.STREAMS.label()),
              streamsOptions(setup)));
    }
    ScriptedProducer producer =
        ScriptedProducer.of(
            folder, cluster.connectionFile(PRODUCER), setup.shards(), setup.seed(), PAUSE);
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    List<RestartableProcess> workers = new ArrayList<>();
    List<RestartableProcess> trainers = new ArrayList<>();
    for (int i = 0; i < PAIR; i++) {
      workers.add(service(Role.WORKER, i, folder, cluster, workerOptions(model, setup)));
      trainers.add(service(Role.TRAINER, i, folder, cluster, trainerOptions(model, folder, setup)));
    }
    return new Victims(streams, disks, producer, workers, trainers, new HashSet<>());
  }

  private static List<String> streamsOptions(Setup setup) {
    return Stream.concat(
            Stream.of(
                "--set=replication.factor=3",
                "--set=topic.min.insync.replicas=2",
                // A transaction of many partitions on three brokers, all on one small machine.
                "--set=commit.interval.ms=1000"),
            setup.protocols().ofStreams(setup.standbys()).stream())
        .toList();
  }

  private static List<String> workerOptions(WrittenModel model, Setup setup) {
    return Stream.of(
            Stream.of("--model=" + model.base()),
            model.checkpoints().stream().map(each -> "--checkpoint=" + each),
            Stream.of(
                PATIENT,
                "--set=dimension=256",
                "--set=batch.records=8",
                "--set=representation.id=" + CandidateFeed.REPRESENTATION),
            setup.protocols().ofWorkers().stream())
        .flatMap(part -> part)
        .toList();
  }

  private static List<String> trainerOptions(WrittenModel model, Path folder, Setup setup)
      throws IOException {
    Path output = Files.createDirectories(folder.resolve("output"));
    return Stream.concat(
            Stream.of(
                PATIENT,
                "--model=" + model.base(),
                "--output=" + output,
                "--set=launcher=command",
                TRAINING,
                "--set=evaluate=false",
                "--set=threads=1",
                "--set=progress.ms=500"),
            setup.protocols().ofTrainers().stream())
        .toList();
  }

  private static RestartableProcess service(
      Role role, int number, Path folder, SecuredCluster cluster, List<String> options)
      throws IOException {
    Stream<String> command =
        Stream.of(role.label(), "--config=" + cluster.connectionFile(role.label()));
    return new RestartableProcess(
        role.label() + "-" + number,
        folder,
        Sluice.class,
        Stream.concat(command, options.stream()).toList());
  }

  void start() {
    all().forEach(RestartableProcess::start);
  }

  /**
   * Fails when a process has ended that was not killed, unless a supervisor looks after it: then it
   * is started again.
   */
  void requireAlive() {
    for (RestartableProcess each : all()) {
      if (!supervised.contains(each)) {
        each.requireAlive();
      } else if (each.restartIfEnded()) {
        log.atInfo().addKeyValue("process", each).log("ended by itself, and is started again");
      }
    }
  }

  /** From now on, a process may end by itself. */
  void supervise(RestartableProcess process) {
    supervised.add(process);
  }

  /** From now on, no process may end by itself. */
  void endSupervision() {
    supervised.clear();
  }

  /** Kills what still runs, and unmounts the disks. */
  @Override
  public void close() throws IOException {
    all().forEach(RestartableProcess::close);
    for (SmallDisk disk : disks) {
      disk.close();
    }
  }

  /** All of them. */
  List<RestartableProcess> all() {
    return Stream.of(
            streams.stream().map(StreamsInstance::process),
            Stream.of(producer.process()),
            workers.stream(),
            trainers.stream())
        .flatMap(part -> part)
        .toList();
  }
}
