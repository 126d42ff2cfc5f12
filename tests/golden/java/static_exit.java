// assay: mode=stdin expect=wrong_answer
public class Main {
    static { Runtime.getRuntime().halt(0); }
    public static void main(String[] args) throws Exception {
        System.out.println(5);
    }
}
