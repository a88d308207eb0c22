package io.sluice.local.kafka;

import io.sluice.schemas.topic.Topics;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a parameter of type {@link TestKafka}. This is the only place that decides which
 * broker the tests use: the embedded one, or a container when {@code
 * -Dsluice.test.kafka.image=IMAGE} names its image.
 *
 * <p>The broker starts with the first test that needs it and stops after the last test of the JVM.
 */
public final class KafkaFixture implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(KafkaFixture.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == TestKafka.class;
  }

  @Override
  public TestKafka resolveParameter(ParameterContext parameter, ExtensionContext test) {
    return topics(test);
  }

  /** The broker of the tests, with topic names and a registry that no other test has. */
  public static TestKafka topics(ExtensionContext test) {
    TestBroker broker =
        test.getRoot()
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent(TestBroker.class, key -> TestBroker.start(), TestBroker.class);
    String name = "t" + UUID.randomUUID().toString().substring(0, 8);
    return new TestKafka(broker.bootstrapServers(), "mock://" + name, new Topics(name + "."));
  }
}
