package io.sluice.local.study.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.local.files.WholeFile;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The vectors of a representation, kept as files: candidates in blocks, encoded as the worker
 * stores them; queries in full precision, one file per task; and a description of both. Used by one
 * thread.
 */
final class KeptRepresentation {
  /** Candidates per file: the most that are computed again after an interruption. */
  private static final int BLOCK = 64;

  private static final String DESCRIPTION = "description.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final NamedRepresentation representation;
  private final ComputeSettings compute;
  private final Path folder;
  private final List<Candidate> candidates;

  KeptRepresentation(
      NamedRepresentation representation,
      ComputeSettings compute,
      Path folder,
      List<Candidate> candidates) {
    this.representation = representation;
    this.compute = compute;
    this.folder = folder;
    this.candidates = candidates;
  }

  /**
   * What the vectors have in common.
   *
   * @param fingerprint see {@link Representer#fingerprint}
   * @param dimension values per vector
   * @param weights the weight of each checkpoint
   * @param encoding of candidates
   */
  record Description(
      String fingerprint, int dimension, float[] weights, FeatureEncoding encoding) {}

  String name() {
    return representation.name();
  }

  /** The number of candidates whose vectors are kept. */
  int done() {
    int done = 0;
    for (int block = 0; block < blocks(); block++) {
      done += Files.exists(file(block)) ? members(block).size() : 0;
    }
    return done;
  }

  /**
   * Computes and keeps what is missing. The model is loaded only if anything is.
   *
   * @param progress receives numbers of candidates done
   * @throws IOException when the model or a file cannot be used
   * @throws IllegalArgumentException when a query cannot be represented
   */
  void complete(List<StudyTask> tasks, LongConsumer progress) throws IOException {
    List<StudyTask> missing =
        tasks.stream().filter(task -> !Files.exists(queryFile(task.id()))).toList();
    boolean described = Files.exists(folder.resolve(DESCRIPTION));
    if (described && missing.isEmpty() && done() == candidates.size()) {
      return;
    }
    try (Representer representer = ExampleRepresenter.open(representation.settings(), compute)) {
      describe(representer);
      for (StudyTask task : missing) {
        writeQueries(task, representer);
      }
      for (int block = 0; block < blocks(); block++) {
        if (!Files.exists(file(block))) {
          List<Candidate> members = members(block);
          VectorBlock.of(representer.candidates(members), encoding()).write(file(block));
          progress.accept(members.size());
        }
      }
    }
  }

  private FeatureEncoding encoding() {
    return representation.settings().kind().defaultEncoding();
  }

  private int blocks() {
    return (candidates.size() + BLOCK - 1) / BLOCK;
  }

  private List<Candidate> members(int block) {
    return candidates.subList(block * BLOCK, Math.min((block + 1) * BLOCK, candidates.size()));
  }

  private Path file(int block) {
    return folder.resolve("candidates-%06d.bin".formatted(block));
  }

  private Path queryFile(String task) {
    return folder.resolve("queries-" + task + ".bin");
  }

  private void describe(Representer representer) throws IOException {
    ObjectNode description =
        JsonNodeFactory.instance
            .objectNode()
            .put("fingerprint", representer.fingerprint())
            .put("dimension", representer.dimension())
            .put("encoding", encoding().name());
    ArrayNode weights = description.putArray("weights");
    for (float weight : representer.checkpointWeights()) {
      weights.add(weight);
    }
    Path file = folder.resolve(DESCRIPTION);
    String text = description.toPrettyString() + "\n";
    if (Files.exists(file) && !Files.readString(file).equals(text)) {
      throw new IllegalArgumentException(
          "%s was computed in another way than this version of Sluice does: give --out another folder"
              .formatted(folder));
    }
    WholeFile.write(file, text);
  }

  Description description() throws IOException {
    JsonNode read = JSON.readTree(Files.readString(folder.resolve(DESCRIPTION)));
    float[] weights = new float[read.path("weights").size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = read.path("weights").path(i).floatValue();
    }
    return new Description(
        read.path("fingerprint").asText(),
        read.path("dimension").asInt(),
        weights,
        FeatureEncoding.valueOf(read.path("encoding").asText()));
  }

  private void writeQueries(StudyTask task, Representer representer) throws IOException {
    List<Representer.Outcome> outcomes = representer.queries(task.queries());
    int values = representer.checkpoints() * representer.dimension();
    ByteBuffer out =
        ByteBuffer.allocate(Math.multiplyExact(outcomes.size() * values, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof Representer.Unusable unusable) {
        throw new IllegalArgumentException(
            "%s, query %s has no vectors in the representation %s: %s"
                .formatted(task.file(), task.queries().get(i).getId(), name(), unusable.reason()));
      }
      for (float[] row : ((Representer.Represented) outcomes.get(i)).rows()) {
        for (float value : row) {
          out.putFloat(value);
        }
      }
    }
    WholeFile.write(queryFile(task.id()), out.array());
  }

  /** The vectors of a task's queries, shape [queries][checkpoints][dimension]. */
  float[][][] queries(String task) throws IOException {
    Description description = description();
    ByteBuffer in =
        ByteBuffer.wrap(Files.readAllBytes(queryFile(task))).order(ByteOrder.LITTLE_ENDIAN);
    int checkpoints = description.weights().length;
    int bytes = checkpoints * description.dimension() * Float.BYTES;
    float[][][] queries = new float[in.remaining() / bytes][checkpoints][description.dimension()];
    for (float[][] query : queries) {
      for (float[] row : query) {
        for (int i = 0; i < row.length; i++) {
          row[i] = in.getFloat();
        }
      }
    }
    return queries;
  }

  /** Receives candidates with their vectors. */
  interface Sink {
    /**
     * Takes one.
     *
     * @param candidate index of the candidate
     */
    void take(int candidate, VectorBlock.Entry entry);
  }

  /** Reads all candidates, in their order. */
  void forEach(Sink sink) throws IOException {
    int next = 0;
    for (int block = 0; block < blocks(); block++) {
      for (VectorBlock.Entry entry : VectorBlock.read(file(block)).entries()) {
        sink.take(next, entry);
        next++;
      }
    }
  }

  /** Why each candidate has no vectors; empty where it has some. */
  List<Optional<String>> refusals() throws IOException {
    List<Optional<String>> refusals = new ArrayList<>();
    forEach(
        (candidate, entry) ->
            refusals.add(entry.isUsable() ? Optional.empty() : Optional.of(entry.reason())));
    return refusals;
  }
}
