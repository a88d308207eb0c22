package io.sluice.local.security;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;

import io.sluice.gpuworker.worker.WorkerSettings;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.client.DeadLetterReplay;
import io.sluice.streams.config.StreamsAppSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;

/**
 * What the users of a secured cluster do, and everything that each needs to be permitted for it:
 * the declaration from which the page security.md is generated, and with which the cluster's test
 * runs.
 */
public enum Role {
  /** Creates the topics. */
  TOPICS("`topics`") {
    @Override
    public List<Permission> permissions(Names names) {
      String prefix = names.topics().prefix();
      return Stream.of(CREATE, DESCRIBE, DESCRIBE_CONFIGS)
          .map(operation -> Permission.ofPrefix(operation, TOPIC, prefix))
          .toList();
    }
  },

  /** Represents candidates and queries. */
  WORKER("`worker`") {
    @Override
    public List<Permission> permissions(Names names) {
      Topics topics = names.topics();
      return all(
          on(READ, topics.candidates(), topics.targetTasks(), topics.queryRepresentations()),
          on(WRITE, topics.representations(), topics.queryRepresentations(), topics.deadLetters()),
          List.of(Permission.of(READ, GROUP, names.workerGroup())));
    }
  },

  /** Selects; internal topics and transactional ids begin with the application id. */
  STREAMS("`streams`") {
    @Override
    public List<Permission> permissions(Names names) {
      Topics topics = names.topics();
      String internal = names.applicationId() + "-";
      return all(
          on(
              READ,
              topics.targetTasks(),
              topics.queryRepresentations(),
              topics.representations(),
              topics.taskStatus(),
              topics.jobRequests(),
              topics.fineTuneResults()),
          on(
              WRITE,
              topics.selected(),
              topics.taskStatus(),
              topics.fineTuneDatasets(),
              topics.fineTuneJobs(),
              topics.deadLetters()),
          Stream.of(CREATE, READ, WRITE, DELETE)
              .map(operation -> Permission.ofPrefix(operation, TOPIC, internal))
              .toList(),
          List.of(
              Permission.of(READ, GROUP, names.applicationId()),
              Permission.ofPrefix(WRITE, TRANSACTIONAL_ID, internal)));
    }
  },

  /**
   * What the user of the streams-app needs in addition if the HTTP API is to write, or to explain
   * candidates of which the shards have nothing.
   */
  HTTP_WRITES(
      "`streams`, in addition, if clients of the HTTP API may write, or ask about candidates that"
          + " no shard has") {
    @Override
    public List<Permission> permissions(Names names) {
      Topics topics = names.topics();
      return all(
          on(READ, topics.candidates(), topics.fineTuneJobs(), topics.deadLetters()),
          on(WRITE, topics.candidates(), topics.targetTasks(), topics.jobRequests()));
    }
  },

  /** What the user of the streams-app needs in addition for its page, and what the page asks. */
  HTTP_PAGE(
      "`streams`, in addition, for its page, and for the requests of the HTTP API that read topics") {
    @Override
    public List<Permission> permissions(Names names) {
      Topics topics = names.topics();
      return all(
          on(
              READ,
              topics.candidates(),
              topics.selected(),
              topics.fineTuneJobs(),
              topics.fineTuneDatasets(),
              topics.fineTuneResults(),
              topics.deadLetters()),
          Stream.of(names.workerGroup(), names.trainerGroup())
              .map(group -> Permission.of(DESCRIBE, GROUP, group))
              .toList());
    }
  },

  /** Trains and evaluates. */
  TRAINER("`trainer`") {
    @Override
    public List<Permission> permissions(Names names) {
      Topics topics = names.topics();
      return all(
          on(READ, topics.fineTuneJobs(), topics.fineTuneDatasets(), topics.fineTuneResults()),
          on(WRITE, topics.fineTuneResults(), topics.deadLetters()),
          List.of(
              Permission.of(READ, GROUP, names.trainerGroup()),
              Permission.ofPrefix(WRITE, TRANSACTIONAL_ID, names.trainerTransactions())));
    }
  },

  /** Sends candidates. */
  SENDER("`ingest`") {
    @Override
    public List<Permission> permissions(Names names) {
      return on(WRITE, names.topics().candidates());
    }
  },

  /** Adds, changes and removes tasks, fires and cancels jobs. */
  CURATOR("`task put`, `task remove`, `jobs fire`, `jobs cancel`") {
    @Override
    public List<Permission> permissions(Names names) {
      Topics topics = names.topics();
      return all(
          on(READ, topics.targetTasks(), topics.fineTuneJobs(), topics.deadLetters()),
          on(WRITE, topics.targetTasks(), topics.jobRequests()));
    }
  },

  /** Looks at everything that comes out. */
  READER(
      "`task list`, `selected`, `pool`, `verify`, `explain`, `jobs`, `jobs show`, `dataset`,"
          + " `results`, `dead-letters list`, `dead-letters show`") {
    @Override
    public List<Permission> permissions(Names names) {
      Topics topics = names.topics();
      return on(
          READ,
          topics.targetTasks(),
          topics.candidates(),
          topics.representations(),
          topics.queryRepresentations(),
          topics.taskStatus(),
          topics.selected(),
          topics.fineTuneJobs(),
          topics.fineTuneDatasets(),
          topics.fineTuneResults(),
          topics.deadLetters());
    }
  },

  /** Sends records that became dead letters to their topics again. */
  REPLAYER("`dead-letters replay`") {
    @Override
    public List<Permission> permissions(Names names) {
      String[] topics = DeadLetterReplay.topics(names.topics()).toArray(String[]::new);
      return all(on(READ, names.topics().deadLetters()), on(READ, topics), on(WRITE, topics));
    }
  };

  private final String commands;

  Role(String commands) {
    this.commands = commands;
  }

  /** The commands that a user of this role runs, as Markdown. */
  public String commands() {
    return commands;
  }

  /** The name of the role on the command line and on pages: lower case, with hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The names of all roles, in the order of their declaration. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Role::label).toList();
  }

  /**
   * The role of a name.
   *
   * @throws IllegalArgumentException when there is none; the message lists all names
   */
  public static Role of(String label) {
    return Arrays.stream(values())
        .filter(role -> role.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is no role: use one of %s"
                        .formatted(label, String.join(", ", labels()))));
  }

  /** All that a user of this role needs, and nothing else. */
  public abstract List<Permission> permissions(Names names);

  /**
   * The names of resources, all of which can be configured.
   *
   * @param applicationId {@code application.id} of the streams-app
   * @param workerGroup consumer group of the workers of a representation
   * @param trainerGroup consumer group of the trainers
   * @param trainerTransactions what the transactional ids of all trainers begin with
   */
  public record Names(
      Topics topics,
      String applicationId,
      String workerGroup,
      String trainerGroup,
      String trainerTransactions) {
    /** The names that hold unless others are configured. */
    public static Names byDefault() {
      return of(Topics.withDefaultPrefix(), Map.of());
    }

    /**
     * The names that hold for a service with these settings.
     *
     * @param settings by key, as in the file that the service is configured with; {@code group.id}
     *     is the group of worker or trainer, whichever of them the file is for
     */
    public static Names of(Topics topics, Map<String, String> settings) {
      Optional<String> group =
          Optional.ofNullable(settings.get(WorkerSettings.GROUP_ID.key()))
              .filter(name -> !name.isEmpty());
      String representation =
          settings.getOrDefault(WorkerSettings.REPRESENTATION_ID.key(), "default");
      return new Names(
          topics,
          settings.getOrDefault(StreamsAppSettings.APPLICATION_ID.key(), "sluice-streams"),
          group.orElse("sluice-worker-" + representation),
          group.orElse(topics.prefix() + "trainer"),
          topics.prefix() + "trainer-");
    }
  }

  private static List<Permission> on(AclOperation operation, String... topics) {
    return Arrays.stream(topics).map(topic -> Permission.of(operation, TOPIC, topic)).toList();
  }

  @SafeVarargs
  private static List<Permission> all(List<Permission>... parts) {
    List<Permission> all = new ArrayList<>();
    for (List<Permission> part : parts) {
      all.addAll(part);
    }
    return all;
  }
}
