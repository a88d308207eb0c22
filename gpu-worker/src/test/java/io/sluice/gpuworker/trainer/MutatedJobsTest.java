package io.sluice.gpuworker.trainer;

import static io.sluice.gpuworker.trainer.TrainerLoopFixture.FIRST;
import static io.sluice.gpuworker.trainer.TrainerLoopFixture.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.job.JobOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.testing.Mutations;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever bytes the topic of jobs holds, the trainer works on each job and continues. */
@Tag("mutation")
class MutatedJobsTest {
  private static final int RECORDS_PER_TRAINER = 50;
  private static final int TURNS = 4;

  @Test
  void givenMutatedJobs_whenRead_thenEachIsADeadLetterOrPassedOverOrWorkedOn() throws Exception {
    Random random = new Random(201);
    int count = Mutations.perTopic(500);
    int letters = 0;
    for (int done = 0; done < count; done += RECORDS_PER_TRAINER) {
      try (TrainerLoopFixture trainer = new TrainerLoopFixture()) {
        for (int i = 0; i < RECORDS_PER_TRAINER; i++) {
          String id = "mutated-" + i;
          byte[] key = id.getBytes(StandardCharsets.UTF_8);
          byte[] value = Mutations.mutate(trainer.encoded(job(id)), random);
          if (random.nextInt(10) == 0) {
            key = random.nextBoolean() ? null : Mutations.mutate(key, random);
          }
          int before = results(trainer);
          trainer.put(FIRST, key, random.nextInt(20) == 0 ? null : value);
          turn(trainer);
          assertThat(results(trainer)).as("results of one record").isBetween(before, before + 1);
        }
        trainer.put(FIRST, job("good"));
        turn(trainer);

        assertThat(trainer.worked).extracting(FineTuneJob::getJobId).endsWith("good");
        letters += trainer.letters().size();
      }
    }
    assertThat(letters).as("most mutations damage a job").isGreaterThan(count / 2);
  }

  /** Lets the trainer read a record; a job that is valid again ends at once. */
  private static void turn(TrainerLoopFixture trainer) throws Exception {
    trainer.turns(TURNS);
    if (trainer.isBegun()) {
      trainer.endWork(new JobOutcome.Failed("no"));
      trainer.turns(TURNS);
    }
  }

  private static int results(TrainerLoopFixture trainer) {
    return trainer.letters().size() + trainer.worked.size();
  }
}
