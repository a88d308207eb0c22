package io.sluice.streams.report;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An HTML page that loads no other files and runs no scripts, written from top to bottom. Texts are
 * escaped. Not thread-safe.
 */
public final class HtmlPage {
  /** The number of colours for series that have no style of their own. */
  public static final int COLOURS = 6;

  private static final String STYLE =
      """
      :root { color-scheme: light dark; }
      body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8884; }
      svg { width: 100%; max-width: 48rem; font-size: 11px; }
      svg text { fill: currentColor; }
      .grid { stroke: #8884; }
      polyline { fill: none; stroke-width: 1.5; }
      .error { stroke-width: 1.5; }
      .none { stroke: #888; fill: #888; }
      .random { stroke: #c60; fill: #c60; }
      .selected, .queries { stroke: #06c; fill: #06c; }
      .held-out { stroke: #283; fill: #283; }
      .further-0 { stroke: #a3a; fill: #a3a; }
      .further-1 { stroke: #077; fill: #077; }
      .further-2 { stroke: #b55; fill: #b55; }
      .further-3 { stroke: #683; fill: #683; }
      .series-0 { stroke: #06c; fill: #06c; }
      .series-1 { stroke: #283; fill: #283; }
      .series-2 { stroke: #a3c; fill: #a3c; }
      .series-3 { stroke: #b22; fill: #b22; }
      .series-4 { stroke: #077; fill: #077; }
      .series-5 { stroke: #850; fill: #850; }
      g text { stroke: none; }
      """;

  private final StringBuilder page = new StringBuilder();

  /** Begins a page with its title. */
  public HtmlPage(String title) {
    String escaped = Html.escape(title);
    page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.append("<title>").append(escaped).append("</title>\n<style>\n").append(STYLE);
    page.append("</style>\n</head>\n<body>\n<h1>").append(escaped).append("</h1>\n");
  }

  /**
   * The style of a series that has none of its own.
   *
   * @param index of the series, from 0; the colours repeat after {@link #COLOURS}
   */
  public static String style(int index) {
    return "series-" + index % COLOURS;
  }

  /** Adds a heading. */
  public HtmlPage heading(String text) {
    return element("h2", text);
  }

  /** Adds a heading below {@link #heading}. */
  public HtmlPage subheading(String text) {
    return element("h3", text);
  }

  /** Adds a paragraph. */
  public HtmlPage paragraph(String text) {
    return element("p", text);
  }

  /**
   * Adds a table.
   *
   * @param header a title for each column
   * @param rows the cells of each row
   */
  public HtmlPage table(List<String> header, List<List<String>> rows) {
    page.append("<table>\n").append(row("th", header));
    rows.forEach(row -> page.append(row("td", row)));
    page.append("</table>\n");
    return this;
  }

  /** Adds a plot. */
  public HtmlPage plot(SvgPlot plot) {
    page.append(plot.svg());
    return this;
  }

  /** The whole page; nothing may be added afterwards. */
  public String html() {
    return page.append("</body>\n</html>\n").toString();
  }

  private HtmlPage element(String name, String text) {
    page.append("<%1$s>%2$s</%1$s>\n".formatted(name, Html.escape(text)));
    return this;
  }

  private static String row(String cell, List<String> cells) {
    return cells.stream()
        .map(text -> "<" + cell + ">" + Html.escape(text) + "</" + cell + ">")
        .collect(Collectors.joining("", "<tr>", "</tr>\n"));
  }
}
