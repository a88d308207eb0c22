package io.sluice.local.crash;

import io.sluice.local.stack.EmbeddedBroker;
import java.nio.file.Path;

/** Main class of a process that runs nothing but a broker. */
public final class BrokerProcess {
  private BrokerProcess() {}

  /**
   * Starts a broker and waits until the process is killed.
   *
   * @param args the broker's directory and its port
   */
  public static void main(String[] args) throws InterruptedException {
    EmbeddedBroker.start(Path.of(args[0]), Integer.parseInt(args[1]));
    System.out.println("broker started");
    Thread.currentThread().join();
  }
}
