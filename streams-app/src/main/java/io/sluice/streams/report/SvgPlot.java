package io.sluice.streams.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** A plot of points with error bars, as SVG. Immutable. */
public final class SvgPlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 360;
  private static final int LEFT = 64;
  private static final int RIGHT = 16;
  private static final int TOP = 16;
  private static final int BOTTOM = 56;
  private static final int MOST_TICKS = 7;
  private static final double[] ROUND = {1, 2, 5, 10};

  /**
   * Horizontal distance in pixels between joined series at the same x, so that their error bars do
   * not overlap.
   */
  private static final double APART = 6;

  /** Room between the outermost points and the frame, as a share of the range. */
  private static final double MARGIN = 0.08;

  private final String xTitle;
  private final String yTitle;
  private final List<Series> series;
  private final Range xs;
  private final Range ys;

  /**
   * Points that share a colour and an entry of the legend.
   *
   * @param name name in the legend
   * @param style a class of the page's style sheet, which sets the colour
   * @param joined whether a line joins the points
   * @param points points in the order of the line
   */
  public record Series(String name, String style, boolean joined, List<Point> points) {
    /** Keeps an immutable copy of the points. */
    public Series {
      points = List.copyOf(points);
    }
  }

  /**
   * A point with an error bar.
   *
   * @param error half the length of the error bar, 0 for none
   * @param label text that is shown while the pointer is over the point
   */
  public record Point(double x, double y, double error, String label) {}

  /** The interval of values that an axis shows. */
  private record Range(double from, double to) {
    static Range of(List<Double> values) {
      double least = values.stream().mapToDouble(value -> value).min().orElse(0);
      double most = values.stream().mapToDouble(value -> value).max().orElse(1);
      double room = most > least ? (most - least) * MARGIN : Math.max(Math.abs(most), 1) * MARGIN;
      return new Range(least - room, most + room);
    }

    double share(double value) {
      return (value - from) / (to - from);
    }

    /** Round numbers in the interval, at distances of at least a seventh of its length. */
    List<Tick> ticks() {
      double least = (to - from) / MOST_TICKS;
      double power = Math.pow(10, Math.floor(Math.log10(least)));
      double step =
          DoubleStream.of(ROUND)
              .map(round -> round * power)
              .filter(s -> s >= least)
              .findFirst()
              .orElse(10 * power);
      int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
      return LongStream.rangeClosed((long) Math.ceil(from / step), (long) Math.floor(to / step))
          .mapToObj(
              i -> new Tick(i * step, String.format(Locale.ROOT, "%." + decimals + "f", i * step)))
          .toList();
    }
  }

  /** A value on an axis with its label. */
  private record Tick(double value, String label) {}

  /** Creates a plot whose axes cover all points with their error bars. */
  public SvgPlot(String xTitle, String yTitle, List<Series> series) {
    this.xTitle = xTitle;
    this.yTitle = yTitle;
    this.series = List.copyOf(series);
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (Series each : series) {
      for (Point point : each.points()) {
        x.add(point.x());
        y.add(point.y() - point.error());
        y.add(point.y() + point.error());
      }
    }
    xs = Range.of(x);
    ys = Range.of(y);
  }

  /** Renders the plot as an SVG element. */
  public String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s by %s\">%n",
            WIDTH,
            HEIGHT,
            Html.escape(yTitle),
            Html.escape(xTitle)));
    axes(svg);
    for (int i = 0; i < series.size(); i++) {
      draw(svg, series.get(i), i);
    }
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg) {
    for (Tick tick : ys.ticks()) {
      double y = py(tick.value());
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
              LEFT,
              WIDTH - RIGHT,
              y,
              y));
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
              LEFT - 6,
              y + 4,
              tick.label()));
    }
    for (Tick tick : xs.ticks()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
              px(tick.value()),
              HEIGHT - BOTTOM + 18,
              tick.label()));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"title\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
            (LEFT + WIDTH - RIGHT) / 2,
            HEIGHT - BOTTOM + 36,
            Html.escape(xTitle)));
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"title\" transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
            (TOP + HEIGHT - BOTTOM) / 2,
            Html.escape(yTitle)));
  }

  private void draw(StringBuilder svg, Series shown, int index) {
    svg.append(String.format(Locale.ROOT, "<g class=\"%s\">%n", shown.style()));
    double shift = shown.joined() ? APART * (index - (series.size() - 1) / 2.0) : 0;
    if (shown.joined()) {
      StringBuilder line = new StringBuilder();
      shown
          .points()
          .forEach(
              point ->
                  line.append(
                      String.format(
                          Locale.ROOT, "%.1f,%.1f ", px(point.x()) + shift, py(point.y()))));
      svg.append(
          String.format(Locale.ROOT, "<polyline points=\"%s\"/>%n", line.toString().strip()));
    }
    for (Point point : shown.points()) {
      double x = px(point.x()) + shift;
      if (point.error() > 0) {
        svg.append(
            String.format(
                Locale.ROOT,
                "<line class=\"error\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                x,
                x,
                py(point.y() - point.error()),
                py(point.y() + point.error())));
      }
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%s</title></circle>%n",
              x,
              py(point.y()),
              Html.escape(point.label())));
    }
    int legend = LEFT + index * (WIDTH - LEFT) / Math.max(series.size(), 1);
    svg.append(
        String.format(
            Locale.ROOT, "<circle cx=\"%d\" cy=\"%d\" r=\"4\"/>", legend + 4, HEIGHT - 8));
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\">%s</text>%n</g>%n",
            legend + 14,
            HEIGHT - 4,
            Html.escape(shown.name())));
  }

  private double px(double value) {
    return LEFT + xs.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private double py(double value) {
    return HEIGHT - BOTTOM - ys.share(value) * (HEIGHT - TOP - BOTTOM);
  }
}
