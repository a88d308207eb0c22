package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.testing.FakeRepresenter;
import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.Candidate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that other workers take over, without loss, from workers that fail, hang or are slow. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class WorkerHandoverTest {
  private WorkerTopics topics;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    topics = new WorkerTopics(kafka);
  }

  @AfterEach
  void closeTopics() {
    topics.close();
  }

  @Test
  void givenAWorkerThatFailsInTheMiddle_whenAnotherTakesOver_thenNothingIsLost() {
    WorkerTopics.ids(300).forEach(id -> topics.put(id, "Answer."));

    try (RepresentationWorker failing = topics.worker(new Failing(100), Map.of())) {
      failing.start();
      assertThatThrownBy(failing::awaitEnd)
          .isInstanceOf(ServiceFailure.class)
          .hasMessageContaining("out of memory");
      assertThat(failing.progress().represented()).isBetween(1L, 299L);
    }
    try (RepresentationWorker worker = topics.worker(new FakeRepresenter(), Map.of())) {
      worker.start();
      WorkerTopics.await(() -> topics.represented().size() == 300);
      assertThat(worker.progress().represented())
          .as("examples of the second worker; committed ones are not repeated")
          .isLessThan(300);
    }

    assertThat(topics.represented().keySet()).isEqualTo(new TreeSet<>(WorkerTopics.ids(300)));
    assertThat(topics.deadLetterKeys()).isEmpty();
  }

  @Test
  void givenTheConsumerProtocol_whenASecondWorkerJoinsAndTheFirstFails_thenNothingIsLost() {
    Map<String, String> brokersAssign = Map.of("group.protocol", "consumer");
    WorkerTopics.ids(300).forEach(id -> topics.put(id, "Answer."));

    try (RepresentationWorker failing = topics.worker(new Failing(100), brokersAssign);
        RepresentationWorker second = topics.worker(new FakeRepresenter(), brokersAssign)) {
      failing.start();
      WorkerTopics.await(() -> failing.progress().represented() > 0);
      second.start();
      assertThatThrownBy(failing::awaitEnd)
          .isInstanceOf(ServiceFailure.class)
          .hasMessageContaining("out of memory");
      WorkerTopics.await(() -> topics.represented().size() == 300);
    }

    assertThat(topics.represented().keySet()).isEqualTo(new TreeSet<>(WorkerTopics.ids(300)));
    assertThat(topics.deadLetterKeys()).isEmpty();
  }

  @Test
  void
      givenAWorkerStuckInABatch_whenAnotherJoinsAndItLeaves_thenTheGroupContinuesAndNothingIsLost() {
    WorkerTopics.ids(300).forEach(id -> topics.put(id, "Answer."));
    CountDownLatch release = new CountDownLatch(1);

    try (RepresentationWorker second = topics.worker(new FakeRepresenter(), Map.of())) {
      try (RepresentationWorker first = topics.worker(new Stuck(48, release), Map.of())) {
        first.start();
        WorkerTopics.await(() -> first.progress().represented() >= 32);
        second.start();
        WorkerTopics.await(() -> second.progress().represented() > 0);
        assertThat(first.progress().represented())
            .as("progress of the worker that is stuck")
            .isLessThan(300);
        release.countDown();
      }
      WorkerTopics.await(() -> topics.represented().size() == 300);
    }

    assertThat(topics.represented().keySet()).isEqualTo(new TreeSet<>(WorkerTopics.ids(300)));
  }

  @Test
  void givenABatchLongerThanTheMaximumPollInterval_whenProcessed_thenTheWorkerStaysInItsGroup() {
    WorkerTopics.ids(48).forEach(id -> topics.put(id, "Answer."));
    Map<String, String> impatient =
        Map.of(
            "max.poll.interval.ms", "10000",
            "delivery.timeout.ms", "9000",
            "request.timeout.ms", "8000");

    try (RepresentationWorker worker =
        topics.worker(new Slow(Duration.ofSeconds(12), 1), impatient)) {
      worker.start();
      WorkerTopics.await(() -> worker.progress().represented() == 48);
      assertThat(worker.progress().candidatesSeen())
          .as("candidates read, none of them twice")
          .isEqualTo(48);
    }

    assertThat(topics.publishedForCandidates()).hasSize(48);
    assertThat(topics.represented().keySet()).isEqualTo(new TreeSet<>(WorkerTopics.ids(48)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 500})
  void givenABacklog_whenPolledInSmallOrLargePieces_thenBatchesAreFull(int pollRecords) {
    WorkerTopics.ids(320).forEach(id -> topics.put(id, "Answer."));
    Slow representer = new Slow(Duration.ofMillis(40), Integer.MAX_VALUE);
    Map<String, String> polls = Map.of("max.poll.records", Integer.toString(pollRecords));

    try (RepresentationWorker worker = topics.worker(representer, polls)) {
      worker.start();
      WorkerTopics.await(() -> worker.progress().represented() == 320);
    }

    assertThat(representer.calls.get())
        .as("calls: 20 full batches, and at most a few others")
        .isBetween(20, 25);
  }

  /** Throws an exception after a number of candidates. */
  private static final class Failing extends FakeRepresenter {
    private final AtomicInteger left;

    Failing(int candidates) {
      left = new AtomicInteger(candidates);
    }

    @Override
    public List<Outcome> candidates(List<Candidate> candidates) {
      if (left.addAndGet(-candidates.size()) < 0) {
        throw new IllegalStateException("out of memory");
      }
      return super.candidates(candidates);
    }
  }

  /** Blocks after a number of candidates until a latch is released. */
  private static final class Stuck extends FakeRepresenter {
    private final AtomicInteger left;
    private final CountDownLatch release;

    Stuck(int candidates, CountDownLatch release) {
      left = new AtomicInteger(candidates);
      this.release = release;
    }

    @Override
    public List<Outcome> candidates(List<Candidate> candidates) {
      try {
        if (left.addAndGet(-candidates.size()) < 0) {
          release.await();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.candidates(candidates);
    }
  }

  /** Pauses before each of the first batches, up to a number of them. */
  private static final class Slow extends FakeRepresenter {
    private final Duration pause;
    private final int slowCalls;
    private final AtomicInteger calls = new AtomicInteger();

    Slow(Duration pause, int slowCalls) {
      this.pause = pause;
      this.slowCalls = slowCalls;
    }

    @Override
    public List<Outcome> candidates(List<Candidate> candidates) {
      if (calls.incrementAndGet() <= slowCalls) {
        try {
          Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return super.candidates(candidates);
    }
  }
}
