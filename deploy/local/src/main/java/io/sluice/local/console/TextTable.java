package io.sluice.local.console;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;

/** Prints tables whose columns are as wide as their widest cell. */
public final class TextTable {
  private static final String GAP = "  ";

  private TextTable() {}

  /**
   * Prints a table.
   *
   * @param header a title for each column
   * @param rows the cells of each row, as many as there are titles
   */
  public static void print(List<String> header, List<List<String>> rows, PrintWriter out) {
    List<List<String>> all = Stream.concat(Stream.of(header), rows.stream()).toList();
    int[] widths = new int[header.size()];
    for (List<String> row : all) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = row.get(column);
        line.append(cell).append(" ".repeat(widths[column] - cell.length())).append(GAP);
      }
      out.println(line.toString().stripTrailing());
    }
    out.flush();
  }
}
