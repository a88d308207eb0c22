package io.sluice.local.doctor;

import io.sluice.local.doctor.Finding.Severity;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * Runs checks one after the other. A check that fails does not keep the others from running.
 *
 * @param checks in the order in which they run
 * @param refused how severe it is that the user may not look at something: a fault, or unknown if
 *     the examination is for a user who needs no permission to look
 */
public record Examination(List<Check> checks, Severity refused) {
  /** Copies the list. */
  public Examination {
    checks = List.copyOf(checks);
  }

  /**
   * Runs all checks.
   *
   * @param report receives the subject of a check and each of its findings, as soon as it has run
   * @return whether no check has found a fault
   */
  public boolean run(BiConsumer<String, Finding> report) throws InterruptedException {
    boolean healthy = true;
    for (Check check : checks) {
      List<Finding> findings = findings(check);
      findings.forEach(finding -> report.accept(check.subject(), finding));
      healthy &= findings.stream().noneMatch(each -> each.severity() == Severity.FAULT);
    }
    return healthy;
  }

  private List<Finding> findings(Check check) throws InterruptedException {
    try {
      return check.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      String text = "could not be examined: " + reason;
      return List.of(
          cause instanceof AuthorizationException
              ? new Finding(
                  refused, text, "allow this user to describe it, or examine it as a user who may")
              : Finding.fault(text, "repair what the reason names, and examine again"));
    }
  }
}
