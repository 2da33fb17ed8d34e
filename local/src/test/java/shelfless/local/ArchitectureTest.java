package shelfless.local;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** What may know what. This module sees all others, so the rules for all of them stand here. */
@AnalyzeClasses(packages = "shelfless", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String LOCAL = "shelfless.local..";

  @ArchTest
  static final ArchRule theDomainKnowsNothingButItself =
      classes()
          .that()
          .resideInAPackage("shelfless.domain..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "shelfless.domain..",
              "java.lang..",
              "java.math",
              "java.net",
              "java.nio.charset",
              "java.text",
              "java.time..",
              "java.util..",
              "org.jspecify..");

  @ArchTest
  static final ArchRule productionCodeDoesNotKnowTheLocalRuntime =
      noClasses()
          .that()
          .resideOutsideOfPackage(LOCAL)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(LOCAL);

  @ArchTest
  static final ArchRule handlersDoNotCallHandlers =
      noClasses()
          .that(assignableTo(RequestStreamHandler.class).and(not(resideInAPackage(LOCAL))))
          .should()
          .dependOnClassesThat(
              assignableTo(RequestStreamHandler.class)
                  .and(
                      com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo(
                              RequestStreamHandler.class)
                          .negate())
                  .and(
                      new com.tngtech.archunit.base.DescribedPredicate<>("are no base class") {
                        @Override
                        public boolean test(com.tngtech.archunit.core.domain.JavaClass type) {
                          return !type.getModifiers().contains(JavaModifier.ABSTRACT);
                        }
                      }))
          .as("handlers do not call handlers");

  @ArchTest
  static final ArchRule onlyTheDataModuleSpeaksJdbc =
      noClasses()
          .that()
          .resideOutsideOfPackages("shelfless.data..", "shelfless.deployment..", LOCAL)
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.sql.Connection")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.sql.PreparedStatement")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.sql.ResultSet");

  @ArchTest
  static final ArchRule onlyTheAwsPackageKnowsTheSdk =
      noClasses()
          .that()
          .resideOutsideOfPackages("shelfless.aws..", LOCAL)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");

  @ArchTest
  static final ArchRule onlyTheStripePackageKnowsStripesLibrary =
      noClasses()
          .that()
          .resideOutsideOfPackages("shelfless.stripe..", LOCAL)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.stripe..");

  @ArchTest
  static final ArchRule theOrdersKnowNeitherStripeNorHttp =
      noClasses()
          .that()
          .resideInAPackage("shelfless.orders..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("shelfless.stripe..", "shelfless.http..", "com.stripe.."));

  @ArchTest
  static final ArchRule timeIdsAndSettingsComeFromTheEnvironment =
      noClasses()
          .that()
          .resideOutsideOfPackages("shelfless.runtime..", LOCAL)
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .callConstructor(SecureRandom.class)
          .orShould()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");
}
