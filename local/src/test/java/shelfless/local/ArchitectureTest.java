package shelfless.local;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import shelfless.aws.Files;
import shelfless.aws.Mailer;
import shelfless.aws.Queues;
import shelfless.aws.Secrets;
import shelfless.data.Database;
import shelfless.orders.PaymentProvider;

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

  /** Which costs each cold start more than all of its JSON; a tree's toString makes one. */
  @ArchTest
  static final ArchRule functionsMakeNoObjectMapper =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              LOCAL, "shelfless.harness..", "shelfless.bench..", "shelfless.testing..")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(ObjectMapper.class)
          .orShould()
          .callMethodWhere(
              JavaCall.Predicates.target(
                      HasOwner.Predicates.With.owner(assignableTo(JsonNode.class)))
                  .and(JavaCall.Predicates.target(HasName.Predicates.name("toString"))));

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

  /** So that whoever tests them can stand between the handlers and the world. */
  @ArchTest
  static final ArchRule handlersReachTheWorldThroughPortsOnly =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "shelfless.runtime..", "shelfless.data..", "shelfless.deployment..", LOCAL)
          .should()
          .callConstructorWhere(
              JavaCall.Predicates.target(
                  HasOwner.Predicates.With.owner(
                      assignableTo(Database.class)
                          .or(assignableTo(Queues.class))
                          .or(assignableTo(Mailer.class))
                          .or(assignableTo(Files.class))
                          .or(assignableTo(Secrets.class))
                          .or(assignableTo(PaymentProvider.class)))))
          .as("only the environment makes what reaches the world");

  @ArchTest
  static final ArchRule onlyTheDatabaseOpensConnections =
      noClasses()
          .that()
          .resideOutsideOfPackages("shelfless.data..", LOCAL)
          .should()
          .dependOnClassesThat(
              assignableTo(java.sql.DriverManager.class)
                  .or(assignableTo(java.sql.Driver.class))
                  .or(assignableTo(javax.sql.DataSource.class)));

  /** But the answer that CloudFormation waits for at the address that it gives. */
  @ArchTest
  static final ArchRule nothingSpeaksHttpByItself =
      noClasses()
          .that()
          .resideOutsideOfPackages("shelfless.deployment..", LOCAL)
          .and()
          .doNotHaveFullyQualifiedName("shelfless.aws.AwsJson")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("java.net.http..")
                  .or(assignableTo(java.net.URLConnection.class))
                  .or(assignableTo(java.net.Socket.class)));

  /**
   * What goes on after the answer is frozen with the environment, and whose a call of AWS is the
   * local runtime tells by the thread. Secrets that are read ahead, after a restore only, may be
   * frozen: whoever needs one waits for it, or fetches it.
   */
  @ArchTest
  static final ArchRule functionsWorkOnTheThreadThatCalledThem =
      noClasses()
          .that()
          .resideOutsideOfPackage(LOCAL)
          .and()
          .doNotHaveFullyQualifiedName("shelfless.aws.AwsSecrets")
          .should()
          .callMethod(Thread.class, "start")
          .orShould()
          .callMethod(Thread.class, "ofVirtual")
          .orShould()
          .callMethod(Thread.class, "ofPlatform")
          .orShould()
          .callMethod(Thread.class, "startVirtualThread", Runnable.class)
          .orShould()
          .callMethod(Collection.class, "parallelStream")
          .orShould()
          .dependOnClassesThat(
              assignableTo(ExecutorService.class)
                  .or(assignableTo(CompletionStage.class))
                  .or(assignableTo(Timer.class)));

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
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .dependOnClassesThat(
              assignableTo(java.util.Random.class).and(not(assignableTo(SecureRandom.class))));
}
