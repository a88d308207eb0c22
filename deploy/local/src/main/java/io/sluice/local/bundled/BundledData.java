package io.sluice.local.bundled;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * Instructions made by rule, so that a first run needs no download: candidates of twelve skills, as
 * many of each, and three target tasks of one skill each.
 *
 * <p>The same on every machine: equal ids, texts and order. No query's prompt is a candidate's.
 *
 * @param candidates in random order; the {@code source} of each is its skill
 * @param tasks the query sets by task id, which is the name of the skill
 */
public record BundledData(List<Candidate> candidates, Map<String, List<Query>> tasks) {
  private static final int CANDIDATES_A_SKILL = 250;
  private static final Map<String, Integer> QUERIES =
      Map.of("arithmetic", 12, "json", 8, "translation", 16);
  private static final long SEED = 2026;

  /** Makes the data. */
  public static BundledData make() {
    List<Candidate> candidates = new ArrayList<>();
    Map<String, List<Query>> tasks = new TreeMap<>();
    for (Skill skill : Skill.all()) {
      int queries = QUERIES.getOrDefault(skill.name(), 0);
      List<Exchange> examples = skill.examples(queries + CANDIDATES_A_SKILL, SEED);
      if (queries > 0) {
        tasks.put(skill.name(), queries(skill, examples.subList(0, queries)));
      }
      candidates.addAll(candidates(skill, examples.subList(queries, examples.size())));
    }
    return new BundledData(new Dice(SEED).shuffled(candidates), tasks);
  }

  private static List<Query> queries(Skill skill, List<Exchange> examples) {
    List<Query> queries = new ArrayList<>();
    for (Exchange example : examples) {
      String id = String.format(Locale.ROOT, "%s-query-%02d", skill.name(), queries.size());
      queries.add(new Query(id, example.messages()));
    }
    return queries;
  }

  private static List<Candidate> candidates(Skill skill, List<Exchange> examples) {
    List<Candidate> candidates = new ArrayList<>();
    for (Exchange example : examples) {
      String id = String.format(Locale.ROOT, "%s-%05d", skill.name(), candidates.size());
      candidates.add(new Candidate(id, skill.name(), example.messages()));
    }
    return candidates;
  }

  /**
   * The files that hold the data.
   *
   * @param candidates gzip JSON lines, one candidate each
   * @param tasks task files, in the order of the tasks' ids
   */
  public record Written(Path candidates, List<Path> tasks) {}

  /**
   * Makes the data and writes it as {@code candidates.jsonl.gz} and {@code target-TASK.json}.
   *
   * @param folder made where it is missing; files in it are replaced
   */
  public static Written write(Path folder) throws IOException {
    return make().writeTo(folder);
  }

  private Written writeTo(Path folder) throws IOException {
    Files.createDirectories(folder);
    ObjectMapper json = new ObjectMapper();
    Path pool = folder.resolve("candidates.jsonl.gz");
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(pool)), StandardCharsets.UTF_8)) {
      for (Candidate candidate : candidates) {
        ObjectNode line =
            JsonNodeFactory.instance
                .objectNode()
                .put("id", candidate.getId())
                .put("source", candidate.getSource())
                .set("messages", turns(candidate.getMessages()));
        out.write(json.writeValueAsString(line));
        out.write('\n');
      }
    }
    List<Path> targets = new ArrayList<>();
    for (Map.Entry<String, List<Query>> task : tasks.entrySet()) {
      Path target = folder.resolve("target-" + task.getKey() + ".json");
      ObjectNode content = JsonNodeFactory.instance.objectNode().put("task", task.getKey());
      ArrayNode queries = content.putArray("queries");
      for (Query query : task.getValue()) {
        queries.addObject().put("id", query.getId()).set("messages", turns(query.getMessages()));
      }
      Files.writeString(
          target, json.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
      targets.add(target);
    }
    return new Written(pool, List.copyOf(targets));
  }

  private static ArrayNode turns(List<Message> messages) {
    ArrayNode turns = JsonNodeFactory.instance.arrayNode();
    for (Message message : messages) {
      turns.addObject().put("role", message.getRole()).put("content", message.getContent());
    }
    return turns;
  }
}
