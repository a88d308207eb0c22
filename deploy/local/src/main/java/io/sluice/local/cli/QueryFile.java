package io.sluice.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.schemas.Query;
import io.sluice.schemas.file.TaskFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file with a query set, in one of two forms. */
sealed interface QueryFile {
  /** Represents all queries, in order. */
  List<Representer.Outcome> represent(ExampleRepresenter representer);

  /**
   * Reads a task file, or JSON lines of {@code {"prompts", "labels"}}; the first line tells which.
   *
   * @throws IOException when the file cannot be read
   * @throws IllegalArgumentException when it is in neither form; the message names the fault
   */
  static QueryFile read(Path path) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(path)) {
      String first = lines.readLine();
      return first != null && first.contains("\"prompts\"")
          ? Formatted.parse(path, Files.readAllLines(path))
          : new Turns(TaskFile.read(path).queries());
    } catch (NoSuchFileException e) {
      throw new IOException(path + ": there is no such file", e);
    }
  }

  /** The queries of a task file. */
  record Turns(List<Query> queries) implements QueryFile {
    @Override
    public List<Representer.Outcome> represent(ExampleRepresenter representer) {
      return representer.queries(queries);
    }
  }

  /** Queries whose text is already formatted. */
  record Formatted(List<PromptAnswer> queries) implements QueryFile {
    private static Formatted parse(Path path, List<String> lines) {
      List<PromptAnswer> queries = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).isBlank()) {
          queries.add(parse(path + ", line " + (i + 1), lines.get(i)));
        }
      }
      return new Formatted(queries);
    }

    private static PromptAnswer parse(String place, String line) {
      try {
        JsonNode query = new ObjectMapper().readTree(line);
        JsonNode prompt = query.path("prompts");
        JsonNode answer = query.path("labels");
        if (!prompt.isTextual() || !answer.isTextual()) {
          throw new IllegalArgumentException(place + ": needs the texts prompts and labels");
        }
        return new PromptAnswer(prompt.textValue(), answer.textValue());
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(place + ": not JSON", e);
      }
    }

    @Override
    public List<Representer.Outcome> represent(ExampleRepresenter representer) {
      return representer.formattedQueries(queries);
    }
  }
}
