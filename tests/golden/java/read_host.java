// assay: mode=stdin expect=runtime_error
public class Main {
    public static void main(String[] args) throws Exception {
        System.out.print(java.nio.file.Files.readString(java.nio.file.Path.of("/tmp/assay-bait.txt")));
    }
}
