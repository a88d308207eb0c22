package io.sluice.local.cli.deadletter;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.pool.BarProgress;
import io.sluice.local.console.PlainText;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.client.StoredLetter;
import io.sluice.streams.client.StoredLetters;
import io.sluice.streams.watch.SafeText;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import org.apache.kafka.common.header.Header;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dead-letters show}: prints dead letters. */
@Command(
    name = "show",
    description = {
      "Print dead letters, the newest first.",
      "Keys and values are shown as text, at most the first 2,000 characters, with a dot for what"
          + " is no printable text; --json has them whole. Control characters of reasons, topics and"
          + " headers are written as escapes."
    })
final class LettersShowCommand implements Callable<Integer> {
  private static final int MOST = 1_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Comparator<StoredLetter> BY_AGE =
      Comparator.comparingLong((StoredLetter letter) -> letter.shown().at())
          .thenComparing(StoredLetter::id);

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;
  @Mixin private LetterOptions chosen;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "Print at most N letters, up to " + MOST + " (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--json",
      description =
          "Print one JSON object per line: {\"letter\", \"at\", \"stage\", \"reason\", \"topic\","
              + " \"partition\", \"offset\", \"key\", \"value\", \"headers\", \"replay\"}, in which"
              + " bytes are in Base64.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (limit < 1 || limit > MOST) {
      throw new ParameterException(spec.commandLine(), "--limit " + limit + ": use 1 to " + MOST);
    }
    PrintWriter out = spec.commandLine().getOut();
    connection.use(
        kafka -> {
          for (StoredLetter letter : newest(kafka)) {
            if (json) {
              out.println(PlainText.of(JSON.writeValueAsString(object(letter, kafka.topics()))));
            } else {
              print(letter, kafka.topics(), out);
            }
          }
          return 0;
        });
    out.flush();
    return 0;
  }

  private List<StoredLetter> newest(KafkaAccess kafka) {
    PriorityQueue<StoredLetter> kept = new PriorityQueue<>(BY_AGE);
    new StoredLetters(kafka, new BarProgress())
        .forEach(
            chosen.filter(kafka.topics()),
            letter -> {
              kept.add(letter);
              if (kept.size() > limit) {
                kept.remove();
              }
            });
    List<StoredLetter> newest = new ArrayList<>(kept);
    newest.sort(Collections.reverseOrder(BY_AGE));
    return newest;
  }

  private static void print(StoredLetter letter, Topics topics, PrintWriter out) {
    out.printf("letter   %s, %s%n", letter.id(), LetterTime.of(letter.shown().at()));
    out.printf("stage    %s%n", PlainText.of(letter.shown().stage()));
    out.printf("reason   %s%n", PlainText.of(letter.shown().reason()));
    out.printf(
        "from     %s, partition %d, offset %d%n",
        PlainText.of(letter.shown().topic()),
        letter.shown().sourcePartition(),
        letter.shown().sourceOffset());
    out.printf("key      %s%n", content(letter.shown().key()));
    out.printf("value    %s%n", content(letter.shown().value()));
    for (Header header : letter.originalHeaders()) {
      out.printf("header   %s%n", PlainText.of(header.key()) + ", " + bytes(header.value()));
    }
    out.printf(
        "replay   %s%n%n",
        letter.obstacle(topics).map("not possible: "::concat).orElse("possible"));
  }

  private static String bytes(byte[] value) {
    return value == null ? "no value" : value.length + " bytes";
  }

  private static String content(Optional<SafeText> text) {
    return text.map(
            shown ->
                "%d bytes%s: %s%s"
                    .formatted(
                        shown.bytes(),
                        shown.isBinary() ? ", not all of them text" : "",
                        PlainText.of(shown.text()),
                        shown.isCut() ? " ..." : ""))
        .orElse("none");
  }

  private static ObjectNode object(StoredLetter letter, Topics topics) {
    ObjectNode object = JSON.createObjectNode();
    object.put("letter", letter.id().toString());
    object.put("at", LetterTime.of(letter.shown().at()));
    object.put("stage", letter.shown().stage());
    object.put("reason", letter.shown().reason());
    object.put("topic", letter.shown().topic());
    object.put("partition", letter.shown().sourcePartition());
    object.put("offset", letter.shown().sourceOffset());
    object.put("key", letter.stored().key());
    object.put("value", letter.stored().value());
    for (Header header : letter.originalHeaders()) {
      object
          .withArray("headers")
          .addObject()
          .put("name", header.key())
          .put("value", header.value());
    }
    object.put("replay", letter.obstacle(topics).map("not possible: "::concat).orElse("possible"));
    return object;
  }
}
