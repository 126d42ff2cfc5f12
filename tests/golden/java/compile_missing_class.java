// assay: mode=stdin expect=compile_error
public class Main {
    public static void main(String[] args) throws Exception {
        evil.Stolen.run();
    }
}
