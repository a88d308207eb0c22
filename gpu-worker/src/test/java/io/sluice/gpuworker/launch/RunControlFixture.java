package io.sluice.gpuworker.launch;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Controls a run that a test trains on another thread, which a stop interrupts. */
final class RunControlFixture implements RunControl {
  private volatile Optional<StopReason> reason = Optional.empty();
  private volatile Optional<Thread> training = Optional.empty();
  private volatile String output = "";

  /** Starts a run; the result holds the launcher's exception as its cause. */
  CompletableFuture<Launcher.Trained> start(Launcher launcher, TrainingOrder order) {
    CompletableFuture<Launcher.Trained> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(launcher.train(order, this));
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    training = Optional.of(thread);
    thread.start();
    return result;
  }

  /** Asks for a stop and interrupts the run that was started. */
  void stop(StopReason why) {
    reason = Optional.of(why);
    training.ifPresent(Thread::interrupt);
  }

  @Override
  public Optional<StopReason> stopReason() {
    return reason;
  }

  @Override
  public void step(ArmRun run, int step, int of, double loss, double tokensPerSecond) {}

  @Override
  public void output(String end) {
    output = end;
  }

  /** What was reported last of a program's output. */
  String output() {
    return output;
  }
}
