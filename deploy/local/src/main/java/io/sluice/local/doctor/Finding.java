package io.sluice.local.doctor;

/**
 * What a check found out.
 *
 * @param severity whether something has to be done
 * @param text what was found, as a sentence without a full stop
 * @param remedy what to do about it, or to find it out, as a phrase; empty if nothing is to be done
 */
public record Finding(Severity severity, String text, String remedy) {
  /** Whether something has to be done. */
  public enum Severity {
    /** All is well. */
    OK,
    /** It could not be found out whether something has to be done. */
    UNKNOWN,
    /** It works, but may lose records or stop later. */
    WARNING,
    /** It does not work, or the selection may become wrong. */
    FAULT
  }

  static Finding ok(String text) {
    return new Finding(Severity.OK, text, "");
  }

  static Finding unknown(String text, String remedy) {
    return new Finding(Severity.UNKNOWN, text, remedy);
  }

  static Finding warning(String text, String remedy) {
    return new Finding(Severity.WARNING, text, remedy);
  }

  static Finding fault(String text, String remedy) {
    return new Finding(Severity.FAULT, text, remedy);
  }
}
