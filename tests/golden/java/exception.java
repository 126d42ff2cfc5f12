// assay: mode=stdin expect=runtime_error
public class Main {
    public static void main(String[] args) throws Exception {
        throw new IllegalStateException();
    }
}
