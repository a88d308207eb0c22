package io.sluice.local.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Runs the main class of another program and ends that program with the process that started it.
 *
 * <p>The starting process holds the other end of this one's standard input and never writes to it.
 * The end of that stream means: stop. It comes when the starting process closes it, and also, by
 * the operating system, when that process dies in whatever way.
 */
public final class ChildGuard {
  private static final long GRACE_MILLIS = 5_000;

  private ChildGuard() {}

  /**
   * Runs a main class.
   *
   * @param args the main class's name, then its arguments
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
      System.err.println("standard input failed, stopping: " + e.getMessage());
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
