package shelfless.domain;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class DomainDependenciesTest {
  @Test
  void domain_knowsNothingButItselfAndPlainJava() {
    classes()
        .that()
        .resideInAPackage("shelfless.domain")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "shelfless.domain",
            "java.lang..",
            "java.math",
            "java.nio.charset",
            "java.text",
            "java.time",
            "java.util..",
            "org.jspecify..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("shelfless.domain"));
  }
}
