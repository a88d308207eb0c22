package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.form.FormOptions;
import io.sluice.schemas.validation.ForeignText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Finds those columns that are to be read as other fields but do not exist. Single examples may
 * lack a column, but a column that no example has is probably misspelt. Not thread-safe.
 */
public final class MappedColumns {
  private static final int NAMES_SHOWN = 20;

  /** The columns that no example had so far, by the field as which they are to be read. */
  private final Map<String, String> missing;

  /** The fields for lack of which an example was refused. */
  private final Set<String> lacking = new HashSet<>();

  private final Set<String> found = new LinkedHashSet<>();
  private long examples;

  MappedColumns(FormOptions options) {
    this.missing = new TreeMap<>(options.columns());
  }

  /**
   * Checks that each column exists in at least one of some files. It reads them until all columns
   * have been found, which usually is the first example.
   *
   * @throws IllegalArgumentException when a column is in no example; the message names it, and the
   *     columns that the examples have
   * @throws IOException when a file cannot be opened. Other faults of a file are reported by those
   *     who read the examples
   */
  public static void require(FormOptions options, List<Path> files) throws IOException {
    MappedColumns columns = new MappedColumns(options);
    for (Path file : files) {
      columns.see(file);
    }
    if (columns.examples > 0 && !columns.missing.isEmpty()) {
      throw new IllegalArgumentException(
          String.join(", ", columns.missing())
              + ": no example has such a column; the examples have "
              + columns.found());
    }
  }

  private void see(Path file) throws IOException {
    if (missing.isEmpty()) {
      return;
    }
    try (JsonItems items = JsonItems.open(file, CandidateFile.MAX_LINE_BYTES)) {
      while (!missing.isEmpty() && items.hasNext()) {
        see(items.next());
      }
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof SeveralLinesException && TaskFile.isTask(file)) {
        // The queries of a task are read as they are.
        examples++;
      }
    }
  }

  private void see(JsonItem item) {
    try {
      see(item.object());
    } catch (IllegalArgumentException e) {
      // It is no example.
    }
  }

  /** Notes the columns of an example. */
  void see(JsonNode example) {
    examples++;
    if (!missing.isEmpty()) {
      missing.values().removeIf(example::has);
      if (found.size() <= NAMES_SHOWN) {
        example.fieldNames().forEachRemaining(found::add);
      }
    }
  }

  /** Notes the fields for lack of which an example was refused. */
  void seeLacking(Set<String> fields) {
    lacking.addAll(fields);
  }

  /** The columns that no example had so far, each with its field, such as output=response. */
  List<String> missing() {
    return described(field -> true);
  }

  /** Those of them for lack of whose field an example was refused. */
  List<String> missingOfRefused() {
    return described(lacking::contains);
  }

  private List<String> described(Predicate<String> isWanted) {
    return missing.entrySet().stream()
        .filter(entry -> isWanted.test(entry.getKey()))
        .map(entry -> entry.getKey() + "=" + ForeignText.name(entry.getValue()))
        .toList();
  }

  private String found() {
    if (found.isEmpty()) {
      return "no columns";
    }
    List<String> shown = found.stream().limit(NAMES_SHOWN).map(ForeignText::name).toList();
    return String.join(", ", shown) + (found.size() > NAMES_SHOWN ? " and more" : "");
  }
}
