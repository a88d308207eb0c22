package io.sluice.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks that each kind of a sealed interface calls a method of its own on a handler. That there is
 * a method to call, the compiler sees to; that two kinds do not share one by mistake, it does not.
 */
public final class EveryKind {
  private EveryKind() {}

  /**
   * Checks the kinds of a sealed interface, which are records with a method {@code accept}.
   *
   * @param handler the interface that {@code accept} takes; every method of it must be called
   */
  public static void callsAMethodOfItsOwn(Class<?> sealed, Class<?> handler)
      throws ReflectiveOperationException {
    List<String> called = new ArrayList<>();
    Object recorder =
        Proxy.newProxyInstance(
            handler.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> {
              called.add(method.getName());
              return null;
            });
    Method accept = sealed.getDeclaredMethod("accept", handler);
    accept.setAccessible(true);
    for (Class<?> kind : sealed.getPermittedSubclasses()) {
      int before = called.size();
      accept.invoke(withoutContents(kind), recorder);
      assertThat(called.subList(before, called.size())).as("calls of %s", kind).hasSize(1);
    }
    assertThat(called)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(handler.getDeclaredMethods()).map(Method::getName).toList());
  }

  private static Object withoutContents(Class<?> kind)
      throws InstantiationException, IllegalAccessException, InvocationTargetException {
    Constructor<?> constructor = kind.getDeclaredConstructors()[0];
    constructor.setAccessible(true);
    return constructor.newInstance(
        Arrays.stream(constructor.getParameterTypes())
            .map(type -> type == int.class ? 0 : null)
            .toArray());
  }
}
