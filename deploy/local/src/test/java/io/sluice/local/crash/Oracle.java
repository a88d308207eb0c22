package io.sluice.local.crash;

import io.sluice.local.endtoend.TopicClient;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the outputs of a deployment are as if nothing had happened to its processes: it
 * waits until everything is processed, and checks every {@link Guarantee}.
 */
public final class Oracle {
  private static final Logger log = LoggerFactory.getLogger(Oracle.class);
  private static final Duration QUIET_WITHIN = Duration.ofMinutes(45);
  private static final List<Guarantee> GUARANTEES =
      List.of(
          new SubsetsAreBatch(),
          new SubsetsVerify(),
          new JobsFireOnce(),
          new JobsVerify(),
          new DeadLettersOnce(),
          new ApiAgrees());

  private final Running deployment;

  /** An oracle for a deployment whose producer has finished. */
  public Oracle(Running deployment) {
    this.deployment = deployment;
  }

  /**
   * Waits until the deployment is quiet, and checks its outputs.
   *
   * @throws AssertionError when it does not become quiet, or a guarantee does not hold
   */
  public void check() throws InterruptedException, ExecutionException {
    Evidence evidence = whenQuiet();
    GUARANTEES.forEach(guarantee -> guarantee.check(evidence));
  }

  private Evidence whenQuiet() throws InterruptedException, ExecutionException {
    Topics topics = Topics.withDefaultPrefix();
    Connection connection = deployment.connection();
    AvroSerdes avro = connection.serdes();
    try (TopicClient kafka = new TopicClient(connection.client(Map.of()));
        Admin admin = Admin.create(connection.client(Map.of("default.api.timeout.ms", "120000")))) {
      Inputs inputs = Inputs.read(kafka, topics, avro);
      log.atInfo()
          .addKeyValue("representations", inputs.candidates().size())
          .addKeyValue("tasks", inputs.tasks().keySet())
          .log("inputs of the selection");
      new Quiet(
              deployment,
              inputs,
              () -> Outputs.statuses(kafka, topics, avro),
              () -> Outputs.openJobs(kafka, topics, avro),
              admin)
          .await(QUIET_WITHIN);
      Outputs outputs = Outputs.read(kafka, topics, avro);
      log.atInfo()
          .addKeyValue("jobs", outputs.jobs().size())
          .addKeyValue("deadLetters", outputs.deadLetters().size())
          .log("quiet");
      // Read again: compaction may have removed an unreadable record before a shard received it.
      // What is there at the end was there all the time.
      return new Evidence(
          Inputs.read(kafka, topics, avro),
          outputs,
          deployment.instances().stream().map(StreamsInstance::api).toList(),
          connection);
    }
  }
}
