// assay: mode=stdin expect=runtime_error
public class Main {
    public static void main(String[] args) throws Exception {
        new java.net.ServerSocket(0);
        System.out.println(5);
    }
}
