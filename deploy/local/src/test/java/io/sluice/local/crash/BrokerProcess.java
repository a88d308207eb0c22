package io.sluice.local.crash;

import io.sluice.local.stack.EmbeddedBroker;
import java.nio.file.Path;

/** A broker in a process of its own. */
public final class BrokerProcess {
  private BrokerProcess() {}

  /**
   * Runs until it is killed.
   *
   * @param args the broker's directory, its port
   */
  public static void main(String[] args) throws InterruptedException {
    EmbeddedBroker.start(Path.of(args[0]), Integer.parseInt(args[1]));
    System.out.println("broker started");
    Thread.currentThread().join();
  }
}
