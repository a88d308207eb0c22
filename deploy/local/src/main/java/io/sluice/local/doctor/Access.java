package io.sluice.local.doctor;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/** What brokers say about what a user may do with a resource. */
sealed interface Access {
  /**
   * Whether the user may do something with the resource.
   *
   * @param operation what
   */
  Answer to(AclOperation operation);

  /** Whether a user may do something. */
  enum Answer {
    GRANTED,
    MISSING,
    /** Brokers do not say it. */
    UNKNOWN
  }

  /**
   * What follows for a permission from what is known about several of the resources that it is for:
   * it is missing if it is missing for one of them.
   */
  static Answer toAll(AclOperation operation, List<Access> resources) {
    List<Answer> answers = resources.stream().map(each -> each.to(operation)).toList();
    if (answers.contains(Answer.MISSING)) {
      return Answer.MISSING;
    }
    return answers.contains(Answer.GRANTED) ? Answer.GRANTED : Answer.UNKNOWN;
  }

  /** Why brokers do not say more; empty if they say everything about each of the resources. */
  static Optional<String> silence(List<Access> resources) {
    return resources.stream()
        .filter(Silent.class::isInstance)
        .map(each -> ((Silent) each).reason())
        .findFirst();
  }

  /**
   * Brokers list what the user may do.
   *
   * @param operations all of it
   */
  record Listed(Set<AclOperation> operations) implements Access {
    /** Copies the set. */
    public Listed {
      operations = Set.copyOf(operations);
    }

    @Override
    public Answer to(AclOperation operation) {
      return operations.contains(operation) ? Answer.GRANTED : Answer.MISSING;
    }
  }

  /** The user may not even describe the resource. */
  record Hidden() implements Access {
    /** Whoever may do one of these may also describe the resource. */
    private static final Set<AclOperation> INCLUDE_DESCRIBE =
        Set.of(
            AclOperation.DESCRIBE,
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.DELETE,
            AclOperation.ALTER);

    @Override
    public Answer to(AclOperation operation) {
      return INCLUDE_DESCRIBE.contains(operation) ? Answer.MISSING : Answer.UNKNOWN;
    }
  }

  /**
   * The user may describe the resource, but brokers do not say what else.
   *
   * @param reason why not, as a clause
   */
  record Silent(String reason) implements Access {
    @Override
    public Answer to(AclOperation operation) {
      return operation == AclOperation.DESCRIBE ? Answer.GRANTED : Answer.UNKNOWN;
    }
  }
}
