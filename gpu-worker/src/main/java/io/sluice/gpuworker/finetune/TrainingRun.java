package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One training run. It takes the steps from the beginning, or from the latest checkpoint of the
 * same run.
 */
final class TrainingRun {
  private static final double NANOS = 1e9;

  /**
   * The number of low bits of a dropout seed that hold the number of the pack within a step. The
   * bits above hold the step and, from bit 32 on, the seed of the run. A step has far fewer than
   * 2^20 packs.
   */
  private static final int PACK_NUMBER_BITS = 20;

  private final NDManager manager;
  private final int threads;
  private final TrainingSettings settings;
  private final Trainable trainable;
  private final List<Encoded.Example> examples;
  private final Checkpointing checkpointing;
  private final TrainingListener listener;
  private final int stepsPerEpoch;
  private final Schedule schedule;

  TrainingRun(
      Torch torch,
      TrainingSettings settings,
      Trainable trainable,
      List<Encoded.Example> examples,
      Checkpointing checkpointing,
      TrainingListener listener) {
    manager = torch.manager();
    threads = settings.compute().threads(torch);
    this.settings = settings;
    this.trainable = trainable;
    this.examples = List.copyOf(examples);
    this.checkpointing = checkpointing;
    this.listener = listener;
    stepsPerEpoch = settings.hyper().stepsPerEpoch(examples.size());
    schedule = Schedule.of(settings.hyper(), settings.hyper().steps(examples.size()));
  }

  TrainingOutcome run() throws IOException, InterruptedException {
    CheckpointFolder folder =
        new CheckpointFolder(
            checkpointing,
            trainable,
            settings.hyper(),
            schedule.steps(),
            RunIdentity.of(settings, trainable, examples),
            RunIdentity.further(settings, trainable));
    TrainingState state = folder.latest().orElseGet(this::initialState);
    try (OrderedWork work = new OrderedWork(threads)) {
      return run(folder, state, new BatchGradient(manager, work));
    }
  }

  private TrainingState initialState() {
    float[] values = trainable.initial();
    return new TrainingState(
        values, new float[values.length], new float[values.length], new ArrayList<>());
  }

  private TrainingOutcome run(CheckpointFolder folder, TrainingState state, BatchGradient batches)
      throws IOException, InterruptedException {
    TrainingHyperParameters hyper = settings.hyper();
    AdamW optimizer =
        new AdamW(hyper.adam(), trainable.parameters(), state.first(), state.second());
    long begin = System.nanoTime();
    long tokens = 0;
    while (state.step() < schedule.steps()) {
      if (listener.isCancelled()) {
        return new TrainingOutcome.Cancelled(state.step());
      }
      int step = state.step();
      List<Encoded.Example> batch = batch(step);
      BatchGradient.Result result = gradient(batches, state, batch);
      double norm = Clipping.apply(result.gradient(), hyper.maxGradientNorm());
      if (!Double.isFinite(result.loss()) || !Double.isFinite(norm)) {
        return diverged(step + 1, result.loss(), norm);
      }
      double rate = schedule.rate(step);
      optimizer.step(step + 1, rate, state.values(), result.gradient());
      StepLog log = new StepLog(step + 1, epoch(step + 1), result.loss(), norm, rate);
      state.log().add(log);
      tokens += batch.stream().mapToInt(example -> example.ids().length).sum();
      if (checkpointing.isDue(step + 1, stepsPerEpoch)) {
        folder.write(state);
      }
      double seconds = (System.nanoTime() - begin) / NANOS;
      listener.progress(new StepProgress(log, schedule.steps(), tokens / seconds));
    }
    return new TrainingOutcome.Finished(folder.path(schedule.steps()), state.log());
  }

  private BatchGradient.Result gradient(
      BatchGradient batches, TrainingState state, List<Encoded.Example> batch)
      throws InterruptedException {
    List<PackedExamples> packs = PackedExamples.of(batch, settings.compute().packTokens());
    long seed =
        (settings.hyper().seed() << Integer.SIZE) + ((long) state.step() << PACK_NUMBER_BITS);
    try (NDManager current = manager.newSubManager()) {
      return batches.compute(
          trainable.onDevice(current, state.values()), packs, state.values().length, seed);
    }
  }

  /** The examples of a step. Each epoch goes through all examples in another random order. */
  private List<Encoded.Example> batch(int step) {
    TrainingHyperParameters hyper = settings.hyper();
    int[] order =
        new MersenneTwister(hyper.seed() + step / stepsPerEpoch).permutation(examples.size());
    int begin = step % stepsPerEpoch * hyper.batch();
    return IntStream.range(begin, Math.min(begin + hyper.batch(), order.length))
        .mapToObj(i -> examples.get(order[i]))
        .toList();
  }

  /**
   * The number of epochs done after the given number of steps, with the fraction of an unfinished
   * one.
   */
  private double epoch(int steps) {
    int whole = steps / stepsPerEpoch;
    int rest = steps % stepsPerEpoch * settings.hyper().batch();
    return whole + (double) rest / examples.size();
  }

  private static TrainingOutcome.Diverged diverged(int step, double loss, double norm) {
    return new TrainingOutcome.Diverged(
        step,
        String.format(
            "the loss at step %d is %s and the norm of its gradient is %s: lower the learning rate,"
                + " or check the model's weights",
            step, loss, norm));
  }
}
