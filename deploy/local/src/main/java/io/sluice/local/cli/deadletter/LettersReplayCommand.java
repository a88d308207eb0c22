package io.sluice.local.cli.deadletter;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.pool.Amount;
import io.sluice.local.cli.pool.BarProgress;
import io.sluice.local.cli.process.Shutdown;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.DeadLetterReplay;
import io.sluice.streams.client.ReplayPlan;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code dead-letters replay}: sends the records that became dead letters to their topics again.
 */
@Command(
    name = "replay",
    description = {
      "Send the records that became dead letters to their topics again.",
      "A record has the partition, the key, the value and the headers that it had. It is left out"
          + " if a later record of the same key is in its partition, which replaces it. For this"
          + " reason a replay can be repeated: what has been sent is not sent again.",
      "Run it with --dry-run first, which says how many records it would send, and then with"
          + " --confirm and this number. The letters stay in the topic of dead letters."
    })
final class LettersReplayCommand implements Callable<Integer> {
  private static final Duration STOP_WITHIN = Duration.ofSeconds(8);

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;
  @Mixin private LetterOptions chosen;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Send at most N records, those of the first letters (default: all).")
  private Optional<Long> limit = Optional.empty();

  @Option(names = "--dry-run", description = "Say what would be sent, and send nothing.")
  private boolean dryRun;

  @Option(
      names = "--confirm",
      paramLabel = "N",
      description = "The number of records to send. If it is another one by now, none is sent.")
  private Optional<Long> confirmed = Optional.empty();

  @Override
  public Integer call() throws Exception {
    if (dryRun == confirmed.isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "give either --dry-run, or --confirm and the number that it says");
    }
    if (limit.isPresent() && limit.get() < 1) {
      throw new ParameterException(
          spec.commandLine(), "--limit " + limit.get() + ": use 1 or more");
    }
    return Shutdown.runInterruptibly(STOP_WITHIN, () -> connection.use(this::replay));
  }

  private int replay(KafkaAccess kafka) {
    PrintWriter out = spec.commandLine().getOut();
    DeadLetterReplay replay = new DeadLetterReplay(kafka, new BarProgress());
    ReplayPlan plan = replay.plan(chosen.filter(kafka.topics()), limit.orElse(Long.MAX_VALUE));
    plan.topics()
        .forEach((topic, count) -> out.printf("%s: %s%n", topic, Amount.of(count, "record")));
    plan.leftOut().forEach((why, count) -> out.printf("left out, %d: %s%n", count, why));
    long planned = plan.letters().size();
    if (confirmed.isEmpty()) {
      out.printf("%s would be sent, and none was%n", Amount.of(planned, "record"));
      return ExitCode.OK;
    } else if (confirmed.get() != planned) {
      out.printf(
          "--confirm says %d, but %s would be sent: none was%n",
          confirmed.get(), Amount.of(planned, "record"));
      return ExitCode.SOFTWARE;
    }
    AtomicLong sent = new AtomicLong();
    try {
      replay.send(plan, topic -> sent.incrementAndGet());
    } finally {
      out.printf("%d of %s sent%n", sent.get(), Amount.of(planned, "record"));
      if (sent.get() < planned) {
        out.println("Run --dry-run again: what was sent is left out then.");
      }
      out.flush();
    }
    return ExitCode.OK;
  }
}
