package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.CancelJob;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.FireJob;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.JobState;
import io.sluice.schemas.JobTrigger;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Job requests and results in the whole topology. The triggers are tested in JobTriggersTest. */
class JobsTopologyTest {
  @TempDir(factory = StateInMemory.class)
  Path state;

  private TopologyFixture topology;
  private FineTuneJob job;

  @BeforeEach
  void fireOne() {
    topology = new TopologyFixture(state);
    TargetTask task = Examples.task("t", 1, 1, 3);
    topology.define(task);
    topology.represent(task, 0, Examples.vector(new Random(1)));
    Random random = new Random(2);
    for (int c = 0; c < 10; c++) {
      topology.arrive("c" + c, Examples.vector(random));
    }
    topology.settle();
    List<FineTuneJob> fired = topology.jobs();
    assertThat(fired).hasSize(1);
    job = fired.get(0);
  }

  @AfterEach
  void stop() {
    topology.close();
  }

  @Test
  void givenAnOpenJob_whenATrainerFinishes_thenItIsPublishedFinishedAndTheNextMayFire() {
    topology.report(result(FineTuneState.STARTED));
    topology.report(result(FineTuneState.PROGRESS));
    topology.settle();
    assertThat(topology.jobs()).isEmpty();

    topology.report(result(FineTuneState.FINISHED));
    topology.request("t", new JobRequest("r-1", "t", new FireJob(3)));
    topology.settle();

    List<FineTuneJob> jobs = topology.jobs();
    assertThat(jobs)
        .extracting(FineTuneJob::getState)
        .containsExactly(JobState.FINISHED, JobState.OPEN);
    assertThat(jobs.get(0).getDetail()).isEqualTo("reported by the trainer");
    assertThat(jobs.get(1).getTrigger()).isEqualTo(JobTrigger.MANUAL);
    assertThat(jobs.get(1).getRequestId()).isEqualTo("r-1");
    assertThat(jobs.get(1).getSequence()).isEqualTo(1);
    assertThat(topology.deadLetterReasons()).isEmpty();
  }

  @Test
  void givenRequestsThatCannotBeMet_whenTheyArrive_thenEachIsADeadLetterWithItsReason() {
    topology.request("t", new JobRequest("r-1", "t", new FireJob(3)));
    topology.request("t", new JobRequest("r-2", "t", new FireJob(4)));
    topology.request("t", new JobRequest("r-3", "t", new CancelJob("none")));
    topology.request("u", new JobRequest("r-4", "u", new FireJob(3)));
    topology.request("u", new JobRequest("r-5", "t", new CancelJob(job.getJobId())));
    topology.request("t", new JobRequest("", "t", new CancelJob(job.getJobId())));
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .hasSize(6)
        .anyMatch(reason -> reason.contains("a job for budget 3 is open"))
        .anyMatch(reason -> reason.contains("no budget 4: its budgets are [3]"))
        .anyMatch(reason -> reason.contains("no job 'none'"))
        .anyMatch(reason -> reason.contains("no task 'u'"))
        .anyMatch(reason -> reason.contains("different target tasks"))
        .anyMatch(reason -> reason.contains("request id ''"));
    assertThat(topology.jobs()).isEmpty();
  }

  @Test
  void givenAnOpenJob_whenCancelled_thenThatIsPublishedAndALaterResultIsIgnored() {
    topology.request("t", new JobRequest("r-1", "t", new CancelJob(job.getJobId())));
    topology.settle();
    assertThat(topology.jobs())
        .singleElement()
        .satisfies(
            cancelled -> {
              assertThat(cancelled.getJobId()).isEqualTo(job.getJobId());
              assertThat(cancelled.getState()).isEqualTo(JobState.CANCELLED);
            });

    topology.report(result(FineTuneState.FINISHED));
    topology.request("t", new JobRequest("r-2", "t", new CancelJob(job.getJobId())));
    topology.settle();

    assertThat(topology.jobs()).isEmpty();
    assertThat(topology.deadLetterReasons()).singleElement().asString().contains("CANCELLED");
  }

  private FineTuneResult result(FineTuneState state) {
    return FineTuneResult.newBuilder()
        .setJobId(job.getJobId())
        .setTaskId("t")
        .setState(state)
        .setDetail("reported by the trainer")
        .build();
  }
}
