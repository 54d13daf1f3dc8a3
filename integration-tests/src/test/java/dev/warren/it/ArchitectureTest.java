package dev.warren.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.warren.Warren;
import dev.warren.WarrenSettings;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The laws of the code that a reader can rely on without looking. */
@AnalyzeClasses(packages = "dev.warren", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String DELIVERY = "dev.warren.worker.delivery";
  private static final String ACKS = "dev.warren.rabbit.Acks";
  private static final String REPLY_INTAKE = "dev.warren.rabbit.ReplyIntake";
  private static final String ITEM_DELIVERY = "dev.warren.queue.ItemDelivery";
  private static final String DEAD_LETTERS = "dev.warren.rabbit.DeadLetters";
  private static final String CHORD_REPLIES = "dev.warren.rabbit.ChordReplies";

  @ArchTest
  static final ArchRule onlyTheOwnerOfADeliverySettlesIt =
      noClasses()
          .that(
              DescribedPredicate.not(resideInAPackage(DELIVERY))
                  .and(DescribedPredicate.not(nestedIn(ACKS)))
                  .and(DescribedPredicate.not(nestedIn(REPLY_INTAKE)))
                  .and(DescribedPredicate.not(nestedIn(DEAD_LETTERS)))
                  .and(DescribedPredicate.not(nestedIn(CHORD_REPLIES)))
                  .and(DescribedPredicate.not(nestedIn(ITEM_DELIVERY))))
          .should()
          .callCodeUnitWhere(settlesADelivery());

  @ArchTest
  static final ArchRule theBrokersTypesStayWhereTheBrokerIsSpokenTo =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.warren.rabbit",
              "dev.warren.queue",
              "dev.warren.client",
              "dev.warren.autoconfigure",
              DELIVERY)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.rabbitmq..");

  @ArchTest
  static final ArchRule springAmqpStaysInTheAutoConfiguration =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.warren.autoconfigure")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.springframework.amqp..");

  @ArchTest
  static final ArchRule theWireFormatKnowsNeitherBrokerNorSpring =
      noClasses()
          .that()
          .resideInAPackage("dev.warren.wire")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "com.rabbitmq..",
              "org.springframework..",
              "dev.warren.rabbit",
              "dev.warren.control",
              "dev.warren.queue",
              "dev.warren.client");

  /** The annotation makes the same record the settings of Spring; plain Java never loads it. */
  @ArchTest
  static final ArchRule theClientNeedsNoSpring =
      classes()
          .that()
          .resideInAnyPackage(
              "dev.warren",
              "dev.warren.client",
              "dev.warren.control",
              "dev.warren.process",
              "dev.warren.queue",
              "dev.warren.rabbit",
              "dev.warren.wire")
          .should(
              new ArchCondition<JavaClass>("not use Spring") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  type.getDirectDependenciesFromSelf().stream()
                      .filter(ArchitectureTest::isSpring)
                      .filter(d -> !isTheAnnotationOfTheSettings(d))
                      .forEach(d -> events.add(violated(type, d.getDescription())));
                }
              });

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.warren.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheFrontDoorReachesBehindItself =
      noClasses()
          .that()
          .resideInAPackage("dev.warren")
          .and()
          .doNotBelongToAnyOf(Warren.class)
          .should()
          .dependOnClassesThat(resideInAPackage("dev.warren.*.."));

  @ArchTest
  static final ArchRule producerAndWorkerKnowNothingOfEachOther =
      noClasses()
          .that()
          .resideInAPackage("dev.warren.producer..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.warren.worker..");

  /** It speaks to the broker and to all workers itself: its tasks are in its store, no handles. */
  @ArchTest
  static final ArchRule theProducerIsNoClient =
      noClasses()
          .that()
          .resideInAPackage("dev.warren.producer..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.warren.client", "dev.warren.process", "dev.warren.queue");

  @ArchTest
  static final ArchRule workerAndProducerKnowNothingOfEachOther =
      noClasses()
          .that()
          .resideInAPackage("dev.warren.worker..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.warren.producer..");

  @ArchTest
  static final ArchRule commonKnowsNoneOfItsUsers =
      noClasses()
          .that(
              DescribedPredicate.not(
                  resideInAnyPackage("dev.warren.producer..", "dev.warren.worker..")))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.warren.producer..", "dev.warren.worker..");

  @ArchTest
  static final ArchRule everyPackageSaysWhatMayBeNull =
      classes()
          .should(
              new ArchCondition<JavaClass>("be in a package that is @NullMarked") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(violated(type, type.getPackageName() + " is not @NullMarked"));
                  }
                }
              });

  private static DescribedPredicate<JavaClass> nestedIn(String name) {
    return DescribedPredicate.describe(
        "are " + name + " or nested in it",
        type -> type.getName().equals(name) || type.getName().startsWith(name + "$"));
  }

  private static DescribedPredicate<JavaCall<?>> settlesADelivery() {
    Set<String> settlements = Set.of("basicAck", "basicNack", "basicReject");
    return DescribedPredicate.describe(
        "acks, nacks or rejects",
        call ->
            settlements.contains(call.getName())
                && call.getTargetOwner().getPackageName().startsWith("com.rabbitmq"));
  }

  private static boolean isSpring(Dependency dependency) {
    return dependency.getTargetClass().getPackageName().startsWith("org.springframework");
  }

  private static boolean isTheAnnotationOfTheSettings(Dependency dependency) {
    return dependency.getOriginClass().isEquivalentTo(WarrenSettings.class)
        && dependency
            .getTargetClass()
            .getName()
            .equals("org.springframework.boot.context.properties.ConfigurationProperties");
  }

  private static ConditionEvent violated(JavaClass type, String message) {
    return SimpleConditionEvent.violated(type, message);
  }
}
