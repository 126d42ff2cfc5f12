// assay: mode=stdin expect=wrong_answer
import javax.annotation.processing.*;
import javax.lang.model.element.*;
import java.util.*;

@SupportedAnnotationTypes("*")
public class Main extends AbstractProcessor {
    public boolean process(Set<? extends TypeElement> all, RoundEnvironment round) {
        System.exit(0);
        return true;
    }

    public static void main(String[] args) {}
}
