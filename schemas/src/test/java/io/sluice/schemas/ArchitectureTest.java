package io.sluice.schemas;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. */
@AnalyzeClasses(
    packages = "io.sluice.schemas",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule schemasKnowNoOtherModuleAndNoKafkaStreams =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.schemas..",
              "java..",
              "javax.net.ssl..",
              "org.apache.avro..",
              "org.apache.kafka.clients..",
              "org.apache.kafka.common..",
              "io.confluent..",
              "com.fasterxml.jackson..",
              "org.apache.commons.compress..",
              "org.apache.parquet..",
              "com.github.luben.zstd..",
              "org.slf4j..");

  @ArchTest
  static final ArchRule packagesDependOneWay =
      slices().matching("io.sluice.schemas.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlySerdesKnowConfluentsClasses =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.sluice.schemas.serde..", "io.sluice.schemas.connection..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.confluent..");

  @ArchTest
  static final ArchRule theConnectionKitKnowsOnlyTheNamesOfConfluentsSettings =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.schemas.connection..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.confluent..").and(not(simpleNameEndingWith("Config"))));

  @ArchTest
  static final ArchRule filesEncodingsAndDatasetsKnowNoKafka =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.sluice.schemas.file..",
              "io.sluice.schemas.encoding..",
              "io.sluice.schemas.dataset..",
              "io.sluice.schemas.message..",
              "io.sluice.schemas.validation..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..");

  @ArchTest
  static final ArchRule topicsOpenNoConnection =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.schemas.topic..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka.clients.admin..",
              "org.apache.kafka.clients.consumer..",
              "io.sluice.schemas.serde..",
              "io.sluice.schemas.connection..");
}
