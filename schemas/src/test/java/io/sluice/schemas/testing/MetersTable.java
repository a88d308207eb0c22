package io.sluice.schemas.testing;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rows of a page's table of meters. */
public final class MetersTable {
  private static final Pattern HELP =
      Pattern.compile("(?m)^# HELP (\\S+) (.*)\n# TYPE \\S+ (\\S+)");

  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  private MetersTable() {}

  /**
   * One row per metric, under the name that Prometheus gives it.
   *
   * @param scraped what the registry answers to Prometheus
   */
  public static String of(String scraped) {
    StringBuilder rows = new StringBuilder();
    Matcher help = HELP.matcher(scraped);
    while (help.find()) {
      rows.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  help.group(1), help.group(3), labels(scraped, help.group(1)), help.group(2)));
    }
    return rows.toString();
  }

  /** The labels of a metric with all their values. */
  private static String labels(String scraped, String metric) {
    Map<String, Set<String>> values = new TreeMap<>();
    Matcher sample = Pattern.compile("(?m)^" + metric + "(?:_sum)?\\{(.*)} ").matcher(scraped);
    while (sample.find()) {
      Matcher label = LABEL.matcher(sample.group(1));
      while (label.find()) {
        values.computeIfAbsent(label.group(1), name -> new TreeSet<>()).add(label.group(2));
      }
    }
    return values.entrySet().stream()
        .map(label -> "`" + label.getKey() + "`: " + String.join(", ", label.getValue()))
        .collect(Collectors.joining("; "));
  }
}
