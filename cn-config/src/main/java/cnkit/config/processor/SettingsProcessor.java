package cnkit.config.processor;

import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;

/**
 * Reports inside javac what start-up would reject in a record of settings, and writes the schema that start-up reads.
 * It is found through {@code META-INF/services} and has no options.
 */
public final class SettingsProcessor extends AbstractProcessor {
  private final Compilation compilation = new Compilation();

  /** Made by javac. */
  public SettingsProcessor() {}

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
