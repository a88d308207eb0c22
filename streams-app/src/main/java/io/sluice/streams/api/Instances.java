package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.sluice.streams.select.SelectionQueries;
import io.sluice.streams.select.SelectionQueries.Instance;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All instances as one: what this instance does not hold itself, it gets from the instances that
 * do. Thread-safe.
 */
final class Instances {
  /**
   * Header of a response to another instance: the partitions that the response covers, separated by
   * commas.
   */
  private static final String PARTITIONS = "Sluice-Partitions";

  private static final List<String> FORWARDED_HEADERS =
      List.of(
          "Content-Type",
          "Content-Disposition",
          "Retry-After",
          SubsetFormat.REVISION,
          SubsetFormat.SIZE);

  private final SelectionQueries queries;
  private final Peers peers;

  Instances(SelectionQueries queries, Peers peers) {
    this.queries = queries;
    this.peers = peers;
  }

  /**
   * Responds from this instance if it holds a task, else forwards the response of the instance that
   * does.
   *
   * @param rest what follows the id in the path, with the parameters
   */
  void ofTask(Context request, String id, String rest, LocalResponse response) {
    queries
        .locate(id)
        .match(
            partition -> {
              try {
                response.writeFrom(partition);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            instance -> {
              if (Peers.isHop(request)) {
                throw ApiException.unavailable(
                    "the task is moving to " + instance + ": try again in a moment");
              }
              forward(request, peers.open(instance, "/api/tasks/" + id + rest));
            });
  }

  /**
   * What the instance that holds a task says about it.
   *
   * @param rest what follows the id in the path, with the parameters
   * @param local the same from a partition, if this instance holds the task
   * @throws ApiException when there is no such task, or the other instance does not respond
   */
  JsonNode askTask(String id, String rest, IntFunction<Object> local) {
    AtomicReference<JsonNode> answer = new AtomicReference<>();
    queries
        .locate(id)
        .match(
            partition -> answer.set(Json.tree(local.apply(partition))),
            instance -> {
              HttpResponse<String> response = peers.get(instance, "/api/tasks/" + id + rest);
              if (response.statusCode() == HttpStatus.NOT_FOUND.getCode()) {
                throw SubsetReads.noTask(id);
              }
              if (response.statusCode() != HttpStatus.OK.getCode()) {
                throw ApiException.unavailable(
                    "the instance at %s cannot respond at the moment: %s"
                        .formatted(instance, response.body()));
              }
              answer.set(Json.parse(response.body()));
            });
    return answer.get();
  }

  private static void forward(Context request, HttpResponse<InputStream> response) {
    request.status(response.statusCode());
    for (String header : FORWARDED_HEADERS) {
      response.headers().firstValue(header).ifPresent(value -> request.header(header, value));
    }
    request.result(response.body());
  }

  /**
   * Responds with the elements of all instances. A request from another instance gets the elements
   * of this instance only.
   *
   * @param kind the elements; their name is the only field of the response
   * @param path the path and parameters with which other instances are asked
   * @throws ApiException when some partition is missing
   */
  void respondList(Context request, Kind kind, String path) {
    if (Peers.isHop(request)) {
      Set<Integer> covered = new TreeSet<>(queries.localPartitions());
      Map<String, JsonNode> own = local(kind, covered);
      request.header(
          PARTITIONS, covered.stream().map(String::valueOf).collect(Collectors.joining(",")));
      Json.respond(request, Map.of(kind.name(), own.values()));
    } else {
      Json.respond(request, Map.of(kind.name(), list(kind, path)));
    }
  }

  /**
   * The elements of all instances, sorted by their keys.
   *
   * @param path the path and parameters with which other instances are asked
   * @throws ApiException when some partition is missing
   */
  List<JsonNode> list(Kind kind, String path) {
    Set<Integer> covered = new TreeSet<>(queries.localPartitions());
    Map<String, JsonNode> all = local(kind, covered);
    for (Instance other : queries.others()) {
      HttpResponse<String> response = peers.get(other, path);
      if (response.statusCode() != HttpStatus.OK.getCode()) {
        throw ApiException.unavailable(
            "the instance at %s cannot respond at the moment: %s"
                .formatted(other, response.body()));
      }
      covered.addAll(partitions(response));
      put(Json.parse(response.body()).path(kind.name()), kind, all);
    }
    if (covered.size() < queries.partitions()) {
      throw ApiException.unavailable(
          "some tasks are moving between instances: try again in a moment");
    }
    return new ArrayList<>(all.values());
  }

  private static Map<String, JsonNode> local(Kind kind, Set<Integer> partitions) {
    Map<String, JsonNode> own = new TreeMap<>();
    for (int partition : partitions) {
      put(Json.tree(kind.local().apply(partition)), kind, own);
    }
    return own;
  }

  private static void put(JsonNode elements, Kind kind, Map<String, JsonNode> all) {
    elements.forEach(element -> all.put(kind.key().apply(element), element));
  }

  private static Set<Integer> partitions(HttpResponse<?> response) {
    return Stream.of(response.headers().firstValue(PARTITIONS).orElse("").split(","))
        .filter(number -> !number.isEmpty())
        .map(Integer::valueOf)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Writes the response from a partition that this instance holds. */
  interface LocalResponse {
    void writeFrom(int partition) throws IOException;
  }

  /**
   * A kind of elements that are spread over the instances.
   *
   * @param name of the field that has the list of them
   * @param key identifies an element; lists are sorted by it
   * @param local returns the elements of a partition that this instance holds
   */
  record Kind(String name, Function<JsonNode, String> key, IntFunction<List<?>> local) {}
}
