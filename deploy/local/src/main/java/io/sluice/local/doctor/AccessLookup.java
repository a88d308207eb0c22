package io.sluice.local.doctor;

import io.sluice.local.security.Permission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Asks brokers what the user of an admin client may do. It needs no permission for that, and
 * changes nothing; only brokers that have never been asked about a group or a transactional id
 * create their own topics for them then. For a permission on all names with a prefix it asks about
 * one that nobody uses, and about the topics that exist.
 *
 * @param admin a client of the cluster, which the caller closes
 */
record AccessLookup(Admin admin) {
  /** What the names end with that nobody uses. */
  private static final String UNUSED = "sluice-doctor";

  private static final AclBindingFilter SOME_ENTRIES =
      new AclBindingFilter(
          new ResourcePatternFilter(ResourceType.TOPIC, UNUSED, PatternType.LITERAL),
          AccessControlEntryFilter.ANY);

  /** Whether the brokers restrict anybody. */
  boolean isRestricted() throws ExecutionException, InterruptedException {
    try {
      admin.describeAcls(SOME_ENTRIES).values().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SecurityDisabledException) {
        return false;
      }
      if (e.getCause() instanceof ClusterAuthorizationException) {
        return true;
      }
      throw e;
    }
  }

  /**
   * What the user may do with the resources that a permission is for.
   *
   * @return at least one access
   * @throws ExecutionException when brokers do not answer
   */
  List<Access> of(Permission permission) throws ExecutionException, InterruptedException {
    String name = permission.isPrefixed() ? permission.name() + UNUSED : permission.name();
    return switch (permission.type()) {
      case TOPIC ->
          switch (permission.operation()) {
            case CREATE -> List.of(creationOf(name));
            case DESCRIBE_CONFIGS -> List.of(settingsOf(name));
            default -> topics(name, permission);
          };
      case GROUP -> List.of(group(name));
      case TRANSACTIONAL_ID -> List.of(transactionalId(name));
      default -> throw new IllegalArgumentException("no permission of a role: " + permission);
    };
  }

  private List<Access> topics(String name, Permission permission)
      throws ExecutionException, InterruptedException {
    List<String> names = new ArrayList<>(List.of(name));
    if (permission.isPrefixed()) {
      admin.listTopics().names().get().stream()
          .filter(topic -> topic.startsWith(permission.name()))
          .forEach(names::add);
    }
    Collection<KafkaFuture<TopicDescription>> described =
        admin
            .describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .topicNameValues()
            .values();
    String absent =
        permission.isPrefixed() ? "there is no such topic yet" : "the topic does not exist";
    List<Access> all = new ArrayList<>();
    for (KafkaFuture<TopicDescription> topic : described) {
      all.add(
          described(
              topic,
              description -> listed(description.authorizedOperations()),
              TopicAuthorizationException.class,
              Map.of(UnknownTopicOrPartitionException.class, absent)));
    }
    return all;
  }

  /** Brokers check a request without creating the topic. */
  private Access creationOf(String topic) throws ExecutionException, InterruptedException {
    return allowed(
        AclOperation.CREATE,
        admin
            .createTopics(
                List.of(new NewTopic(topic, Optional.of(1), Optional.empty())),
                new CreateTopicsOptions().validateOnly(true))
            .all(),
        Set.of(
            TopicExistsException.class,
            PolicyViolationException.class,
            InvalidReplicationFactorException.class));
  }

  private Access settingsOf(String topic) throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return allowed(
        AclOperation.DESCRIBE_CONFIGS,
        admin.describeConfigs(List.of(resource)).values().get(resource),
        Set.of(UnknownTopicOrPartitionException.class));
  }

  private Access group(String group) throws ExecutionException, InterruptedException {
    return described(
        admin
            .describeConsumerGroups(
                List.of(group),
                new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
            .describedGroups()
            .get(group),
        description -> listed(description.authorizedOperations()),
        GroupAuthorizationException.class,
        Map.of(
            GroupIdNotFoundException.class, "the group does not exist yet",
            TopicAuthorizationException.class,
                "its members read topics that this user may not describe"));
  }

  private Access transactionalId(String id) throws ExecutionException, InterruptedException {
    String reason =
        "brokers say no more than that this user may describe them, unless a transaction begins";
    return described(
        admin.describeTransactions(List.of(id)).description(id),
        description -> new Access.Silent(reason),
        TransactionalIdAuthorizationException.class,
        Map.of(TransactionalIdNotFoundException.class, reason));
  }

  /** Old brokers answer without operations. */
  private static Access listed(Set<AclOperation> operations) {
    return operations == null
        ? new Access.Silent("these brokers do not say it")
        : new Access.Listed(operations);
  }

  /**
   * The access of a user who has asked for a description.
   *
   * @param hidden the failure that says that the user may not describe the resource
   * @param silent failures after which more is not known, with the reasons
   */
  private static <T> Access described(
      KafkaFuture<T> answer,
      Function<T, Access> access,
      Class<? extends Exception> hidden,
      Map<Class<? extends Exception>, String> silent)
      throws ExecutionException, InterruptedException {
    try {
      return access.apply(answer.get());
    } catch (ExecutionException e) {
      if (hidden.isInstance(e.getCause())) {
        return new Access.Hidden();
      }
      String reason = silent.get(e.getCause().getClass());
      if (reason == null) {
        throw e;
      }
      return new Access.Silent(reason);
    }
  }

  /**
   * The access of a user who has tried an operation on a topic.
   *
   * @param later failures that brokers find only after they have permitted the operation
   */
  private static Access allowed(
      AclOperation operation, KafkaFuture<?> answer, Set<Class<? extends Exception>> later)
      throws ExecutionException, InterruptedException {
    try {
      answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicAuthorizationException) {
        return new Access.Listed(Set.of());
      }
      if (later.stream().noneMatch(each -> each.isInstance(e.getCause()))) {
        throw e;
      }
    }
    return new Access.Listed(Set.of(operation));
  }
}
