// assay: mode=stdin expect=compile_error
public class Main {
    // \u000a this is code, and no code
    public static void main(String[] args) throws Exception {

    }
}
