package io.sluice.local.cluster;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.cli.CommandRun;
import io.sluice.local.security.Role;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor} says about permissions on a cluster that restricts its users. */
@Tag("slow")
class ExaminedPermissionsTest {
  private static final Topics TOPICS = Topics.withDefaultPrefix();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private SecuredCluster cluster;
  private Users users;

  @BeforeEach
  void start() throws Exception {
    cluster = SecuredCluster.start(folder);
    users = Users.addTo(cluster);
  }

  @AfterEach
  void stop() {
    Optional.ofNullable(cluster).ifPresent(SecuredCluster::close);
  }

  @Test
  void givenRevokedPermissions_whenRolesAreExamined_thenTheseAreNamedAndNoOthers()
      throws Exception {
    assertThat(faults(Role.TOPICS))
        .as("before there are topics")
        .allMatch(fault -> fault.startsWith("FAULT    topics    do not exist"));
    createTopics();
    for (Role role : Role.values()) {
      assertThat(faults(role)).as(role.label()).isEmpty();
    }
    assertWhatIsUnknownIsSaid();

    Role.Names names = Role.Names.byDefault();
    users.revoke(Role.TOPICS, DESCRIBE_CONFIGS, TOPICS.prefix());
    users.revoke(Role.WORKER, WRITE, TOPICS.deadLetters());
    users.revoke(Role.WORKER, READ, TOPICS.candidates());
    users.revoke(Role.STREAMS, CREATE, names.applicationId() + "-");
    users.revoke(Role.TRAINER, READ, names.trainerGroup());
    users.revoke(Role.TRAINER, WRITE, names.trainerTransactions());

    assertThat(faults(Role.READER)).isEmpty();
    assertThat(faults(Role.TOPICS))
        .containsExactly("topics: DescribeConfigs on topics that begin with sluice. is missing");
    assertThat(faults(Role.WORKER))
        .containsExactly(
            "worker: Read on the topic sluice.candidates is missing",
            "worker: Write on the topic sluice.dead-letters is missing");
    assertThat(faults(Role.STREAMS))
        .containsExactly("streams: Create on topics that begin with sluice-streams- is missing");
    assertThat(faults(Role.TRAINER))
        .containsExactly(
            "trainer: Read on the group sluice.trainer is missing",
            "trainer: Write on transactional ids that begin with sluice.trainer- is missing");
  }

  private void createTopics() throws IOException {
    CommandRun run =
        CommandRun.of(
            "topics",
            "--shards=3",
            "--replication-factor=3",
            "--config=" + users.connectionFile(Role.TOPICS));
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  private void assertWhatIsUnknownIsSaid() throws IOException {
    assertThat(doctor(Role.TRAINER).out())
        .contains(
            "unknown  ACLs      trainer: whether Write on transactional ids that begin with"
                + " sluice.trainer- is granted is not known",
            "unknown  topics    could not be examined: Not authorized");
    CommandRun all =
        CommandRun.of("doctor", "--config=" + cluster.connectionFile(SecuredCluster.ADMIN));
    assertThat(all.out()).contains("unknown  ACLs      permissions were not examined");
    assertThat(all.exitCode()).as(all.out()).isZero();
  }

  private CommandRun doctor(Role role) throws IOException {
    return CommandRun.of(
        "doctor", "--role=" + role.label(), "--config=" + users.connectionFile(role));
  }

  /** Everything that is wrong; of a permission that is missing, the text alone. */
  private List<String> faults(Role role) throws IOException {
    CommandRun run = doctor(role);
    List<String> faults =
        run.out()
            .lines()
            .filter(line -> line.startsWith("FAULT"))
            .map(line -> line.replace("FAULT    ACLs      ", ""))
            .toList();
    assertThat(run.exitCode()).as(run.out()).isEqualTo(faults.isEmpty() ? 0 : 1);
    return faults;
  }
}
