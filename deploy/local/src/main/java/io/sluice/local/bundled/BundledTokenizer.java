package io.sluice.local.bundled;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokenizer of the bundled model: a byte-level byte-pair encoding that is learnt from the
 * bundled candidates.
 *
 * <p>The token ids are 0 {@code <s>} (which precedes every text), 1 {@code </s>}, 2 {@code [PAD]},
 * then the characters that stand for bytes in code point order, then one token per learnt pair.
 */
final class BundledTokenizer {
  static final String BEGIN = "<s>";
  static final String END = "</s>";
  static final String PADDING = "[PAD]";

  private static final List<String> SPECIAL = List.of(BEGIN, END, PADDING);
  private static final int BYTES = 256;

  private BundledTokenizer() {}

  /**
   * Learns a tokenizer and returns the content of its {@code tokenizer.json}.
   *
   * @param candidates the texts to learn from
   * @param size size of the vocabulary, at least 259: the special tokens and the bytes
   */
  static ObjectNode learn(List<Candidate> candidates, int size) {
    List<BytePairs.Pair> pairs = BytePairs.learn(texts(candidates), size - SPECIAL.size() - BYTES);
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    json.putNull("truncation").putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    for (int id = 0; id < SPECIAL.size(); id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", SPECIAL.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    json.putNull("normalizer");
    json.set("pre_tokenizer", byteLevel(false));
    json.set("post_processor", prependBegin());
    json.set("decoder", byteLevel(true));
    json.set("model", model(pairs));
    return json;
  }

  /**
   * Returns the texts in the form in which a model reads them, so that role markers are learnt too.
   */
  private static List<String> texts(List<Candidate> candidates) {
    List<String> texts = new ArrayList<>();
    for (Candidate candidate : candidates) {
      for (Message message : candidate.getMessages()) {
        texts.add("<|" + message.getRole() + "|>\n" + message.getContent() + "\n");
      }
    }
    return texts;
  }

  private static ObjectNode byteLevel(boolean addPrefixSpace) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", addPrefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  private static ObjectNode prependBegin() {
    ObjectNode template = JsonNodeFactory.instance.objectNode().put("type", "TemplateProcessing");
    template.set("single", beginAnd("A"));
    template.set("pair", beginAnd("A").addAll(beginAnd("B")));
    ObjectNode begin = template.putObject("special_tokens").putObject(BEGIN).put("id", BEGIN);
    begin.putArray("ids").add(SPECIAL.indexOf(BEGIN));
    begin.putArray("tokens").add(BEGIN);
    return template;
  }

  private static ArrayNode beginAnd(String sequence) {
    ArrayNode parts = JsonNodeFactory.instance.arrayNode();
    parts.addObject().putObject("SpecialToken").put("id", BEGIN).put("type_id", 0);
    parts.addObject().putObject("Sequence").put("id", sequence).put("type_id", 0);
    return parts;
  }

  private static ObjectNode model(List<BytePairs.Pair> pairs) {
    ObjectNode model = JsonNodeFactory.instance.objectNode().put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    ObjectNode vocabulary = model.putObject("vocab");
    SPECIAL.forEach(token -> vocabulary.put(token, vocabulary.size()));
    BytePairs.alphabet().stream()
        .sorted()
        .forEach(token -> vocabulary.put(token, vocabulary.size()));
    ArrayNode merges = model.putArray("merges");
    for (BytePairs.Pair pair : pairs) {
      if (!vocabulary.has(pair.joined())) {
        vocabulary.put(pair.joined(), vocabulary.size());
      }
      merges.addArray().add(pair.left()).add(pair.right());
    }
    return model;
  }
}
