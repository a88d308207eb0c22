package io.sluice.streams.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.Place;
import io.sluice.schemas.form.Form;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class CandidateIngestTest {
  private final Recorder recorder = new Recorder();

  @Test
  void
      givenValidAndInvalidLines_whenIngested_thenTheValidAreSentUnderTheirIdAndTheInvalidReported() {
    MockProducer<String, Candidate> producer = producer(true);

    CandidateIngest.Report report =
        ingest(producer)
            .run(
                List.of(
                        valid(1, "a"),
                        new CandidateLine.Invalid(Place.line(2), "2", "not JSON", ""),
                        valid(3, "b"))
                    .iterator(),
                Long.MAX_VALUE);

    assertThat(report).isEqualTo(new CandidateIngest.Report(2, 1, Optional.empty()));
    assertThat(producer.history().stream().map(ProducerRecord::key)).containsExactly("a", "b");
    assertThat(producer.history().get(0).topic()).isEqualTo("candidates");
    assertThat(recorder.invalid)
        .containsExactly(new CandidateLine.Invalid(Place.line(2), "2", "not JSON", ""));
    assertThat(recorder.sent).containsExactly(1L, 2L);
  }

  @Test
  void givenAFileThatCannotBeReadToItsEnd_whenIngested_thenTheReportHasTheReasonAndTheCounts() {
    IOException cutOff = new IOException("cut off");
    Iterator<CandidateLine> lines =
        Stream.<Supplier<CandidateLine>>of(
                () -> valid(1, "a"),
                () -> {
                  throw new UncheckedIOException(cutOff);
                })
            .map(Supplier::get)
            .iterator();

    CandidateIngest.Report report = ingest(producer(true)).run(lines, Long.MAX_VALUE);

    assertThat(report).isEqualTo(new CandidateIngest.Report(1, 0, Optional.of(cutOff)));
  }

  @Test
  void givenALimit_whenIngested_thenOnlyValidLinesCountAndReadingStops() {
    MockProducer<String, Candidate> producer = producer(true);

    CandidateIngest.Report report =
        ingest(producer)
            .run(
                List.of(
                        new CandidateLine.Invalid(Place.line(1), "1", "bad", ""),
                        valid(2, "a"),
                        valid(3, "b"),
                        new CandidateLine.Invalid(Place.line(4), "4", "bad", ""))
                    .iterator(),
                1);

    assertThat(report).isEqualTo(new CandidateIngest.Report(1, 1, Optional.empty()));
  }

  @Test
  void givenACandidateTooLargeForKafka_whenIngested_thenItsLineIsInvalidAndTheOthersAreSent() {
    MockProducer<String, Candidate> producer = producer(false);

    CandidateIngest.Report report =
        failingFirst(producer, new RecordTooLargeException("2000000 bytes"))
            .run(List.of(valid(7, "big"), valid(8, "a")).iterator(), Long.MAX_VALUE);

    assertThat(report).isEqualTo(new CandidateIngest.Report(1, 1, Optional.empty()));
    assertThat(recorder.invalid.get(0).place()).isEqualTo(Place.line(7));
    assertThat(recorder.invalid.get(0).reason()).contains("2000000 bytes");
  }

  @Test
  void givenABrokerThatRejectsARecord_whenIngested_thenTheErrorNamesTheLine() {
    CandidateIngest ingest =
        failingFirst(producer(false), new NotEnoughReplicasException("one replica left"));

    assertThatThrownBy(() -> ingest.run(List.of(valid(5, "a")).iterator(), Long.MAX_VALUE))
        .isInstanceOf(KafkaException.class)
        .hasMessage("line 5 was not written: one replica left");
  }

  /** An ingest whose first record is rejected by the broker as soon as it has been sent. */
  private CandidateIngest failingFirst(
      MockProducer<String, Candidate> producer, RuntimeException failure) {
    return new CandidateIngest(
        producer,
        "candidates",
        new CandidateIngest.Listener() {
          @Override
          public void sent(long count) {
            if (producer.history().size() == 1) {
              producer.errorNext(failure);
            }
          }

          @Override
          public void invalid(CandidateLine.Invalid line) {
            recorder.invalid(line);
          }
        });
  }

  private CandidateIngest ingest(MockProducer<String, Candidate> producer) {
    return new CandidateIngest(producer, "candidates", recorder);
  }

  private static MockProducer<String, Candidate> producer(boolean acknowledge) {
    Serde<Candidate> serde = AvroSerdes.forRegistry("mock://ingest").value();
    return new MockProducer<>(
        acknowledge, new RoundRobinPartitioner(), new StringSerializer(), serde.serializer());
  }

  private static CandidateLine valid(long line, String id) {
    return new CandidateLine.Valid(
        Place.line(line),
        Candidates.of(id, "", List.of(Messages.of("assistant", "text"))),
        Form.MESSAGES,
        Collections.emptySortedMap());
  }

  private static final class Recorder implements CandidateIngest.Listener {
    final List<Long> sent = new ArrayList<>();
    final List<CandidateLine.Invalid> invalid = new ArrayList<>();

    @Override
    public void sent(long count) {
      sent.add(count);
    }

    @Override
    public void invalid(CandidateLine.Invalid line) {
      invalid.add(line);
    }
  }
}
