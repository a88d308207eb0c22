package io.sluice.local.kafka;

import io.sluice.schemas.topic.Topics;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test its {@link TestKafka}. The one place that decides which broker tests run against:
 *
 * <ul>
 *   <li>the embedded broker, unless
 *   <li>{@code -Dsluice.test.kafka.image=IMAGE} names a container image; then a container of it
 * </ul>
 *
 * <p>The broker starts with the first test that asks for it and stops with the last test of the
 * JVM.
 */
public final class KafkaFixture implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(KafkaFixture.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == TestKafka.class;
  }

  @Override
  public TestKafka resolveParameter(ParameterContext parameter, ExtensionContext test) {
    TestBroker broker =
        test.getRoot()
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent(TestBroker.class, key -> TestBroker.start(), TestBroker.class);
    String name = "t" + UUID.randomUUID().toString().substring(0, 8);
    return new TestKafka(broker.bootstrapServers(), "mock://" + name, new Topics(name + "."));
  }
}
