package io.sluice.local.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Main class of child processes. It runs the main class of another program, and ends the process
 * when its parent process ends.
 *
 * <p>The parent holds the other end of this process's standard input and never writes to it. End of
 * file on standard input means that this process must stop. It occurs when the parent closes the
 * stream, and also when the parent dies for any reason, because the operating system then closes
 * it.
 */
public final class ChildGuard {
  private static final long GRACE_MILLIS = 5_000;

  private ChildGuard() {}

  /**
   * Runs a main class and watches standard input on a daemon thread.
   *
   * @param args the name of the main class, followed by its arguments
   * @throws ReflectiveOperationException when the class cannot be loaded or its main method fails
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    daemon("parent-guard", ChildGuard::awaitEnd).start();
    Class.forName(args[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
  }

  private static void awaitEnd() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println("standard input cannot be read, stopping: " + e.getMessage());
    }
    daemon("halt", ChildGuard::haltAfterGrace).start();
    System.exit(0);
  }

  private static void haltAfterGrace() {
    try {
      Thread.sleep(GRACE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
