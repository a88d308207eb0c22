package io.sluice.streams.similarity;

import java.lang.reflect.InvocationTargetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inner loops that are used.
 *
 * @param floats of full precision
 * @param signs of candidates of one bit a value
 */
record Arithmetic(FloatProducts floats, SignProducts signs) {
  private static final String MODULE = "jdk.incubator.vector";
  private static final Arithmetic FASTEST = choose();

  /** The fastest there is in this JVM: vector instructions, or else plain Java. */
  static Arithmetic fastest() {
    return FASTEST;
  }

  /** In plain Java. */
  static Arithmetic plain() {
    return new Arithmetic(new PlainFloatProducts(), new PlainSignProducts());
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
          (FloatProducts) made("VectorFloatProducts"), (SignProducts) made("VectorSignProducts"));
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
