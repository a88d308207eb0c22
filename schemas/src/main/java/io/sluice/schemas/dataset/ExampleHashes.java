package io.sluice.schemas.dataset;

import io.sluice.schemas.Query;
import io.sluice.schemas.hash.Sha256;
import io.sluice.schemas.message.Messages;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The checksums that a fine-tune job carries, so that a reader can prove that it has exactly the
 * job's examples. All are SHA-256, as 64 lower-case hex digits.
 */
public final class ExampleHashes {
  private ExampleHashes() {}

  /**
   * Hashes which candidates a dataset holds, and their order: the ids in UTF-8, each followed by a
   * line feed.
   *
   * @param candidateIds in selection order
   */
  public static String ofOrder(List<String> candidateIds) {
    Sha256 hash = new Sha256();
    candidateIds.forEach(id -> hash.add((id + "\n").getBytes(StandardCharsets.UTF_8)));
    return hash.hex();
  }

  /**
   * Hashes a query set or held-out examples: for each example its id, its number of turns, of which
   * tools count as one, and the {@linkplain Messages#identity(List, String) texts} of turns and
   * tools. Every text is preceded by its length in UTF-8 bytes, and numbers are 4 bytes,
   * big-endian, so that different sets never give the hash the same bytes.
   *
   * @param queries in the order in which the task lists them
   */
  public static String ofQueries(List<Query> queries) {
    Sha256 hash = new Sha256();
    for (Query query : queries) {
      int turns = query.getMessages().size() + (query.getTools().isEmpty() ? 0 : 1);
      hash.add(query.getId()).add(turns);
      Messages.identity(query.getMessages(), query.getTools()).forEach(hash::add);
    }
    return hash.hex();
  }
}
