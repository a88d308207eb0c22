package io.sluice.streams.similarity;

import java.lang.reflect.InvocationTargetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inner loops of scoring: vector instructions or plain Java, with the same scores. Immutable.
 */
public final class Arithmetic {
  private static final String MODULE = "jdk.incubator.vector";
  private static final Arithmetic FASTEST = choose();

  private final String name;
  private final FloatProducts floats;
  private final SignProducts signs;

  private Arithmetic(String name, FloatProducts floats, SignProducts signs) {
    this.name = name;
    this.floats = floats;
    this.signs = signs;
  }

  /** The fastest there is in this JVM: vector instructions, or else plain Java. */
  public static Arithmetic fastest() {
    return FASTEST;
  }

  /** In plain Java: what there is without the vector module. */
  public static Arithmetic plain() {
    return new Arithmetic("plain", new PlainFloatProducts(), new PlainSignProducts());
  }

  /** {@code vector} or {@code plain}. */
  public String name() {
    return name;
  }

  /** Loops of full precision. */
  FloatProducts floats() {
    return floats;
  }

  /** Loops of candidates of one bit a value. */
  SignProducts signs() {
    return signs;
  }

  private static Arithmetic choose() {
    Logger log = LoggerFactory.getLogger(Arithmetic.class);
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      log.atInfo()
          .addKeyValue("option", "--add-modules " + MODULE)
          .log("Scoring without vector instructions; with this option of java it is faster");
      return plain();
    }
    try {
      return new Arithmetic(
          "vector",
          (FloatProducts) made("VectorFloatProducts"),
          (SignProducts) made("VectorSignProducts"));
    } catch (ReflectiveOperationException | LinkageError e) {
      log.atWarn()
          .addKeyValue("reason", reason(e))
          .log("Scoring without vector instructions: those of this JVM cannot be used");
      return plain();
    }
  }

  /** By name: these classes are compiled against a module that may be missing. */
  private static Object made(String name) throws ReflectiveOperationException {
    return Class.forName(Arithmetic.class.getPackageName() + "." + name)
        .getDeclaredConstructor()
        .newInstance();
  }

  private static String reason(Throwable e) {
    return (e instanceof InvocationTargetException ? e.getCause() : e).toString();
  }
}
