package io.sluice.schemas.file;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** The conditions on the columns of a Parquet file under which its rows can be read as JSON. */
final class ParquetSchemaRules {
  /**
   * How many structs, lists and values may be within each other; a list counts twice. The library
   * keeps tables of levels times levels times lists in memory for each column.
   */
  private static final int MAX_LEVELS = 512;

  /** How many lists may be within each other. The library allows 255. */
  private static final int MAX_LISTS = 128;

  private ParquetSchemaRules() {}

  /** Returns why no row can be used, in words for people; empty when they can. */
  static Optional<String> problem(MessageType schema) {
    return problem(schema, List.of(), 0);
  }

  /**
   * Examines a struct.
   *
   * @param path the names of the column and of the fields that lead to it; empty for the whole row
   * @param lists how many lists it is in
   */
  private static Optional<String> problem(GroupType group, List<String> path, int lists) {
    Set<String> names = new HashSet<>();
    for (Type type : group.getFields()) {
      List<String> here = new ArrayList<>(path);
      here.add(type.getName());
      if (!names.add(type.getName())) {
        return refused(String.join(".", here), "is there twice: rename or remove one of them");
      }
      int listsHere = lists + (type.isRepetition(Type.Repetition.REPEATED) ? 1 : 0);
      if (here.size() > MAX_LEVELS || listsHere > MAX_LISTS) {
        return refused(
            here.get(0), "is nested too deeply: write it as JSON text, or remove the column");
      }
      if (!type.isPrimitive()) {
        Optional<String> nested = problem(type.asGroupType(), here, listsHere);
        if (nested.isPresent()) {
          return nested;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> refused(String column, String problem) {
    return Optional.of(ParquetPrimitive.refused(column, problem).getMessage());
  }
}
