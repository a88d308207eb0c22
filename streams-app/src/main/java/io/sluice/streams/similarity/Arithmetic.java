package io.sluice.streams.similarity;

import java.lang.reflect.InvocationTargetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inner loops of scoring, with vector instructions or in plain Java. Both give the same scores.
 * Immutable.
 */
public final class Arithmetic {
  private static final Logger log = LoggerFactory.getLogger(Arithmetic.class);
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

  /**
   * The fastest loops of this JVM: with vector instructions if it can use them, else in plain Java.
   */
  public static Arithmetic fastest() {
    return FASTEST;
  }

  /** The loops in plain Java, which every JVM can use. */
  public static Arithmetic plain() {
    return new Arithmetic("plain", new PlainFloatProducts(), new PlainSignProducts());
  }

  /** The name of the loops: {@code vector} or {@code plain}. */
  public String name() {
    return name;
  }

  /** The loops for all encodings except SIGN. */
  FloatProducts floats() {
    return floats;
  }

  /** The loops for encoding SIGN, with one bit per value. */
  SignProducts signs() {
    return signs;
  }

  private static Arithmetic choose() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      log.atInfo()
          .addKeyValue("option", "--add-modules " + MODULE)
          .log("Scoring without vector instructions: start Java with this option for more speed");
      return plain();
    }
    try {
      return new Arithmetic(
          "vector",
          (FloatProducts) newInstance("VectorFloatProducts"),
          (SignProducts) newInstance("VectorSignProducts"));
    } catch (ReflectiveOperationException | LinkageError e) {
      log.atWarn()
          .addKeyValue("reason", reason(e))
          .log("Scoring without vector instructions: the vector module of this JVM cannot be used");
      return plain();
    }
  }

  /**
   * Creates an object of a class by name, because these classes need a module that may be missing.
   */
  private static Object newInstance(String name) throws ReflectiveOperationException {
    return Class.forName(Arithmetic.class.getPackageName() + "." + name)
        .getDeclaredConstructor()
        .newInstance();
  }

  private static String reason(Throwable e) {
    return (e instanceof InvocationTargetException ? e.getCause() : e).toString();
  }
}
