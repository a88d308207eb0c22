package io.sluice.local.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.representation.memory.MemoryNeed;
import io.sluice.gpuworker.representation.memory.RecomputeMode;
import io.sluice.gpuworker.representation.memory.TextRoom;
import io.sluice.local.doctor.Finding.Severity;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

/** What checks conclude from facts, without a Kafka. */
class FindingsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Node ONE = new Node(1, "a", 9092);
  private static final Node TWO = new Node(2, "b", 9092);

  @Test
  void givenBrokersUpTo42_whenExamined_thenNothing_andNewerOnesAreNamed() {
    assertThat(BrokersCheck.version("1", 29)).isEmpty();
    assertThat(BrokersCheck.version("7", 30))
        .hasValueSatisfying(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WARNING);
              assertThat(finding.text()).contains("broker 7", "4.3.0, 4.3.1 and 4.4.0");
            });
  }

  @Test
  void givenLimitsOfABroker_whenTheyKeepServicesFromWorking_thenBothAreFaults() {
    assertThat(
            BrokersCheck.limits(
                "1",
                Map.of(
                    "group.min.session.timeout.ms", "6000",
                    "transaction.max.timeout.ms", "10000")))
        .isEmpty();
    assertThat(BrokersCheck.limits("1", Map.of())).as("not told to this user").isEmpty();
    assertThat(
            BrokersCheck.limits(
                "1",
                Map.of(
                    "group.min.session.timeout.ms", "6001",
                    "transaction.max.timeout.ms", "9999")))
        .extracting(Finding::severity)
        .containsExactly(Severity.FAULT, Severity.FAULT);
  }

  @Test
  void givenReplicas_whenSomeAreAway_thenThePartitionsAreNamed() {
    List<Finding> findings = new ArrayList<>();
    List<Node> both = List.of(ONE, TWO);

    TopicsCheck.replicas("t", List.of(new TopicPartitionInfo(0, ONE, both, both)), findings);
    assertThat(findings).isEmpty();

    TopicsCheck.replicas(
        "t",
        List.of(
            new TopicPartitionInfo(0, ONE, both, List.of(ONE)),
            new TopicPartitionInfo(1, null, both, List.of()),
            new TopicPartitionInfo(2, ONE, both, both)),
        findings);
    assertThat(findings)
        .extracting(Finding::severity)
        .containsExactly(Severity.FAULT, Severity.WARNING);
    assertThat(findings.get(0).text()).contains("no leader for its partitions [1]");
    assertThat(findings.get(1).text()).contains("in its partitions [0]");
  }

  @Test
  void givenATimestamp_whenItIsFarInTheFuture_thenAClockIsWrong() {
    assertThat(ClocksCheck.ahead("t", -1, NOW)).as("no record").isEmpty();
    assertThat(ClocksCheck.ahead("t", NOW.toEpochMilli() + 30_000, NOW)).isEmpty();
    assertThat(ClocksCheck.ahead("t", NOW.toEpochMilli() + 31_000, NOW))
        .hasValueSatisfying(finding -> assertThat(finding.text()).contains("31 s ahead"));
  }

  @Test
  void givenAGroup_whenNobodyWorksOnWhatWaits_thenItIsAWarning() {
    assertThat(GroupsCheck.group("g", GroupState.STABLE, 5).severity()).isEqualTo(Severity.OK);
    assertThat(GroupsCheck.group("g", GroupState.EMPTY, 0).severity()).isEqualTo(Severity.OK);
    assertThat(GroupsCheck.group("g", GroupState.EMPTY, 5).text())
        .isEqualTo("g has no member, and about 5 records are waiting for it");
  }

  @Test
  void givenOneRecordThatWaits_whenReported_thenItIsOne() {
    assertThat(GroupsCheck.group("g", GroupState.EMPTY, 1).text())
        .isEqualTo("g has no member, and 1 record is waiting for it");
    assertThat(GroupsCheck.group("g", GroupState.STABLE, 1).text())
        .isEqualTo("g: stable, 1 record waiting");
    assertThat(GroupsCheck.group("g", GroupState.STABLE, 2_000).text())
        .isEqualTo("g: stable, about 2,000 records waiting");
  }

  @Test
  void givenAModel_whenItIsLargerThanTheMemory_thenBothSizesAreNamed() {
    assertThat(ModelCheck.tooLarge(32L << 30, OptionalLong.empty())).isEmpty();
    assertThat(ModelCheck.tooLarge(32L << 30, OptionalLong.of(33L << 30))).isEmpty();
    assertThat(ModelCheck.tooLarge(32L << 30, OptionalLong.of(24L << 30)))
        .hasValueSatisfying(
            finding -> assertThat(finding.text()).contains("32.0 GiB", "24.0 GiB left"));
  }

  @Test
  void givenTheMemoryOfADevice_whenTextsAreToFit_thenTheNeedAndTheLongestAreNamed() {
    assertThat(ModelCheck.room(room(2048, 2048), Optional.of(RecomputeMode.AUTO)))
        .isEqualTo(
            Finding.ok(
                "a text of 2,048 tokens needs about 8.0 GiB (weights 2.0, adapters 1.0, passes 4.0,"
                    + " engine 1.0) on gpu(0), where 22.0 GiB may be used; texts are computed"
                    + " without recomputation"));
    assertThat(ModelCheck.room(room(2048, 700), Optional.of(RecomputeMode.AUTO)).text())
        .endsWith("may be used; longer ones than about 700 tokens are computed with recomputation");
    assertThat(ModelCheck.room(room(2048, 2048), Optional.of(RecomputeMode.ALWAYS)).text())
        .endsWith("may be used; texts are computed with recomputation");
    assertThat(ModelCheck.room(room(2048, 700), Optional.empty()).text()).endsWith("may be used");
    assertThat(ModelCheck.room(room(1_500, 700), Optional.of(RecomputeMode.AUTO)))
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WARNING);
              assertThat(finding.text()).endsWith("the longest that fits has about 1,500 tokens");
              assertThat(finding.remedy()).startsWith("give the worker max.length=1500");
            });
  }

  private static TextRoom room(int longest, int longestKept) {
    long gib = 1L << 30;
    return new TextRoom(
        "gpu(0)", new MemoryNeed(2 * gib, gib, 4 * gib, gib), 22 * gib, 2048, longest, longestKept);
  }

  @Test
  void givenAFailingCheck_whenExamined_thenItIsAFaultAndTheOthersRun() throws Exception {
    List<String> reported = new ArrayList<>();
    Examination examination =
        new Examination(
            List.of(
                check("first", Finding.warning("doubtful", "look")),
                failing(new IOException("disk on fire")),
                failing(new TopicAuthorizationException("not allowed")),
                check("last", Finding.ok("fine"))),
            Severity.FAULT);

    boolean healthy =
        examination.run(
            (subject, finding) ->
                reported.add(subject + ": " + finding.text() + ": " + finding.remedy()));

    assertThat(healthy).isFalse();
    assertThat(reported)
        .containsExactly(
            "first: doubtful: look",
            "failing: could not be examined: disk on fire:"
                + " repair what the reason names, and examine again",
            "failing: could not be examined: not allowed:"
                + " allow this user to describe it, or examine it as a user who may",
            "last: fine: ");
    assertThat(
            new Examination(
                    List.of(check("first", Finding.warning("doubtful", "look"))), Severity.FAULT)
                .run((subject, finding) -> {}))
        .as("warnings do not count")
        .isTrue();
  }

  @Test
  void givenAUserWhoMayNotLook_whenThatIsNoFault_thenItIsUnknownAndOtherFailuresAreFaults()
      throws Exception {
    List<Severity> severities = new ArrayList<>();
    List<Check> refused = List.of(failing(new TopicAuthorizationException("not allowed")));
    List<Check> broken = List.of(failing(new IOException("disk on fire")));

    assertThat(
            new Examination(refused, Severity.UNKNOWN)
                .run((subject, finding) -> severities.add(finding.severity())))
        .isTrue();
    assertThat(
            new Examination(broken, Severity.UNKNOWN)
                .run((subject, finding) -> severities.add(finding.severity())))
        .isFalse();
    assertThat(severities).containsExactly(Severity.UNKNOWN, Severity.FAULT);
  }

  private static Check check(String subject, Finding finding) {
    return new Check() {
      @Override
      public String subject() {
        return subject;
      }

      @Override
      public List<Finding> run() {
        return List.of(finding);
      }
    };
  }

  private static Check failing(Exception failure) {
    return new Check() {
      @Override
      public String subject() {
        return "failing";
      }

      @Override
      public List<Finding> run() throws Exception {
        throw failure;
      }
    };
  }
}
