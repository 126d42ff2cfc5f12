// assay: mode=stdin expect=runtime_error
public class Main {
    static int deep(int n) { return deep(n + 1) + 1; }
    public static void main(String[] args) throws Exception {
        System.out.println(deep(0));
    }
}
