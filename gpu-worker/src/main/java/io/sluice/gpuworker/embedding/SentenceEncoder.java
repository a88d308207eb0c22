package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.SentenceTokens;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.schemas.hash.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loaded sentence-embedding model. Each text is computed alone, without padding, so its vector
 * depends on nothing else, to the last bit. Thread-safe.
 */
public final class SentenceEncoder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SentenceEncoder.class);

  private final SentenceModel model;
  private final SentenceTokens tokens;
  private final OnnxStates states;
  private final SentenceTexts texts;
  private final int dimension;
  private final String description;

  private SentenceEncoder(
      SentenceModel model, SentenceTokens tokens, OnnxStates states, SentenceTexts texts)
      throws IOException {
    this.model = model;
    this.tokens = tokens;
    this.states = states;
    this.texts = texts;
    int width = model.pooling().dimension();
    for (VectorModule module : model.modules()) {
      width = module.returns(width);
    }
    dimension = width;
    description = description(model, tokens, texts);
  }

  /**
   * Loads a model.
   *
   * @param folder of a sentence-transformers model with an ONNX export; when empty, the bundled
   *     all-MiniLM-L6-v2
   * @param prompts what is put before texts
   * @param queries the part of a query that is used
   * @param maxLength the number of tokens after which texts are cut, if the model has no lower
   *     limit
   * @throws UnusableModelException when a file is missing or cannot be used; the message names it
   *     and says what to do
   */
  public static SentenceEncoder open(
      Optional<Path> folder, Prompts prompts, QueryMode queries, int maxLength) throws IOException {
    if (folder.isPresent()) {
      return open(folder.get(), prompts, queries, maxLength);
    }
    Path temporary = Files.createTempDirectory("sluice-embedding");
    try {
      BundledEmbedding.write(temporary);
      return open(temporary, prompts, queries, maxLength);
    } finally {
      delete(temporary);
    }
  }

  private static SentenceEncoder open(
      Path folder, Prompts prompts, QueryMode queries, int maxLength) throws IOException {
    SentenceModel model = SentenceModel.read(folder);
    SentenceTokens tokens = SentenceTokens.open(model.transformer(), model.lowerCase());
    try {
      int own = model.limits().of(tokens.maxLength());
      if (model.limits().exceedsPositions(tokens.maxLength())) {
        LOG.atWarn()
            .addKeyValue("model", folder)
            .addKeyValue("positions", own)
            .log("The model has fewer positions than its length limit; texts are cut to them");
      }
      int limit = Math.min(own, maxLength);
      if (limit <= tokens.added()) {
        throw new UnusableModelException(
            "%s cuts texts to %d tokens, of which the tokenizer adds %d: set a higher limit"
                .formatted(folder, limit, tokens.added()));
      }
      SentenceTexts texts =
          new SentenceTexts(
              tokens, model.prompts(prompts), model.pooling().includePrompt(), queries, limit);
      OnnxStates states = OnnxStates.open(model.onnx());
      try {
        return new SentenceEncoder(model, tokens, states, texts);
      } catch (IOException | RuntimeException e) {
        states.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      tokens.close();
      throw e;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /**
   * Checks the files of a model, without loading its weights.
   *
   * @return the number of bytes that the weights take
   * @throws UnusableModelException when a file is missing or cannot be used
   */
  public static long weightBytes(Path folder) throws IOException {
    OnnxFile onnx = SentenceModel.read(folder).onnx();
    long bytes = Files.size(onnx.path());
    for (Path file : onnx.weights()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  /** Turns an example into tokens. */
  public Prepared<Sentence> prepare(Text text) {
    return texts.prepare(text);
  }

  /**
   * Computes the vector of an example.
   *
   * @throws ai.djl.engine.EngineException when the engine fails, for example for lack of memory
   */
  public float[] vector(Sentence sentence) {
    float[] computed = states.of(sentence.ids(), tokens.typeIds(sentence.ids().length));
    float[] vector = model.pooling().apply(computed, sentence.pooledFrom());
    for (VectorModule module : model.modules()) {
      vector = module.apply(vector);
    }
    return vector;
  }

  /**
   * Checks that the ONNX file computes states of the width that the pooling expects.
   *
   * @throws UnusableModelException when it does not
   */
  public void requireExpectedWidth(Sentence sentence) throws UnusableModelException {
    int values = states.of(sentence.ids(), tokens.typeIds(sentence.ids().length)).length;
    int width = model.pooling().width();
    if (values != sentence.ids().length * width) {
      throw new UnusableModelException(
          "%s computes %s values for a token, but the config.json of Pooling says %d: use the files of one model"
              .formatted(
                  model.onnx().path().getFileName(),
                  (double) values / sentence.ids().length,
                  width));
    }
  }

  /** The number of values of a vector. */
  public int dimension() {
    return dimension;
  }

  /** Token ids are below it. */
  public int vocabulary() {
    return model.vocabulary();
  }

  /** The number of tokens after which a text is cut. */
  public int maxLength() {
    return texts.maxLength();
  }

  /** Hash of the tokenizer, see {@link SentenceTokens#hash}. */
  public String tokenizer() {
    return tokens.hash();
  }

  /** Everything that a vector depends on, with hashes of large files. */
  public String description() {
    return description;
  }

  private static String description(SentenceModel model, SentenceTokens tokens, SentenceTexts texts)
      throws IOException {
    return String.join(
        "\n",
        texts.description(),
        "tokenizer " + tokens.hash() + (tokens.cutsBeginning() ? " cut at the beginning" : ""),
        "onnx " + hash(List.of(model.onnx().path())) + " " + model.onnx().states(),
        "weights " + hash(model.onnx().weights()),
        "pooling " + model.pooling(),
        "modules "
            + model.modules().stream().map(module -> module.getClass().getSimpleName()).toList()
            + " "
            + hash(model.moduleFiles()));
  }

  private static String hash(List<Path> files) throws IOException {
    Sha256 hash = new Sha256();
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        hash.add(in);
      }
    }
    return hash.hex();
  }

  @Override
  public void close() {
    states.close();
    tokens.close();
  }
}
