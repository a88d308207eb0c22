package io.sluice.streams.watch;

import io.sluice.schemas.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the statuses of tasks have changed. Of each task, a bounded number of points is kept; when
 * there are more, every second one goes, so that the whole time stays visible. Thread-safe.
 */
public final class TaskHistory {
  private final int most;
  private final Map<String, List<Point>> points = new HashMap<>();

  /**
   * Creates an empty history.
   *
   * @param most the most points of a task
   */
  TaskHistory(int most) {
    this.most = most;
  }

  /** Adds a status; an empty one means that the task was removed, and its history with it. */
  synchronized void add(String taskId, Optional<TaskStatus> status, long at) {
    if (status.isEmpty()) {
      points.remove(taskId);
      return;
    }
    List<Point> all = points.computeIfAbsent(taskId, id -> new ArrayList<>());
    if (all.size() >= most) {
      thin(all);
    }
    all.add(new Point(at, status.get()));
  }

  synchronized void clear() {
    points.clear();
  }

  /** Drops every second point, but neither the first nor the last one. */
  private static void thin(List<Point> all) {
    List<Point> rest = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (i % 2 == 0 || i == all.size() - 1) {
        rest.add(all.get(i));
      }
    }
    all.clear();
    all.addAll(rest);
  }

  /** A copy of the points of a task, oldest first. */
  public synchronized List<Point> of(String taskId) {
    return List.copyOf(points.getOrDefault(taskId, List.of()));
  }

  /**
   * A status of a task.
   *
   * @param at when it was published, in milliseconds since 1970 UTC
   * @param status the status
   */
  public record Point(long at, TaskStatus status) {}
}
