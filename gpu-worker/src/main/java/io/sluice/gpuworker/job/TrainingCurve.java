package io.sluice.gpuworker.job;

import io.sluice.schemas.TrainingLoss;
import java.util.ArrayList;
import java.util.List;

/**
 * The losses of a training run in at most {@value #MOST_POINTS} points, whatever the number of its
 * steps. Each point is the mean of equally many successive steps, the last one of what is left.
 * When there are too many points, neighbours become one. Not thread-safe.
 */
final class TrainingCurve {
  /** As many as a small plot can show. Even, so that all points have a neighbour. */
  static final int MOST_POINTS = 60;

  private final List<TrainingLoss> full = new ArrayList<>();
  private int stepsInPoint = 1;
  private int lastStep;
  private double sum;
  private int steps;

  /**
   * Adds a step.
   *
   * @param step greater than those before
   * @param loss mean of the step, in nats per token
   */
  void add(int step, double loss) {
    if (steps == stepsInPoint) {
      full.add(newest());
      sum = 0;
      steps = 0;
    }
    if (full.size() == MOST_POINTS) {
      halve();
    }
    lastStep = step;
    sum += loss;
    steps++;
  }

  private void halve() {
    for (int i = 0; i < MOST_POINTS / 2; i++) {
      TrainingLoss one = full.get(2 * i);
      TrainingLoss next = full.get(2 * i + 1);
      full.set(i, new TrainingLoss(next.getStep(), (one.getLoss() + next.getLoss()) / 2));
    }
    full.subList(MOST_POINTS / 2, MOST_POINTS).clear();
    stepsInPoint *= 2;
  }

  private TrainingLoss newest() {
    return new TrainingLoss(lastStep, (float) (sum / steps));
  }

  /** The points, oldest first; none before the first step. */
  List<TrainingLoss> points() {
    List<TrainingLoss> points = new ArrayList<>(full);
    if (steps > 0) {
      points.add(newest());
    }
    return List.copyOf(points);
  }
}
