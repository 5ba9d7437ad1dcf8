package cnkit.config.processor;

import java.util.Set;
import java.util.function.BiConsumer;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;

/**
 * Says inside javac what start-up would refuse of a record of settings, and writes its schema for
 * start-up to read. Found through {@code META-INF/services}; it has no options.
 *
 * <p>It works in {@code cnkit.config} itself, with the very classes that bind at start-up. Those are
 * not public, and this package must not be exported, so one class of theirs is reached by its name.
 */
public final class SettingsProcessor extends AbstractProcessor {
  private final BiConsumer<ProcessingEnvironment, RoundEnvironment> compilation = compilation();

  /** Made by javac. */
  public SettingsProcessor() {}

  @SuppressWarnings("unchecked") // the class says so itself
  private static BiConsumer<ProcessingEnvironment, RoundEnvironment> compilation() {
    try {
      var constructor = Class.forName("cnkit.config.Compilation").getDeclaredConstructor();
      constructor.setAccessible(true);
      return (BiConsumer<ProcessingEnvironment, RoundEnvironment>) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cn-config is not complete on the processor path", e);
    }
  }

  @Override
  public Set<String> getSupportedAnnotationTypes() {
    return Set.of(
        "cnkit.config.AllowBlank",
        "cnkit.config.Default",
        "cnkit.config.Discriminator",
        "cnkit.config.Doc",
        "cnkit.config.ExactlyOneOf",
        "cnkit.config.Formerly",
        "cnkit.config.Key",
        "cnkit.config.Matches",
        "cnkit.config.Range",
        "cnkit.config.RequiredIf",
        "cnkit.config.RequiredWith",
        "cnkit.config.RestartOnly",
        "cnkit.config.Size");
  }

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latest();
  }

  /** Leaves the annotations to others too: what they mean is nobody's secret. */
  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    compilation.accept(processingEnv, round);
    return false;
  }
}
