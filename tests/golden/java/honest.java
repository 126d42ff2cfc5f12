// assay: mode=stdin expect=passed
import java.util.*;

public class Main {
    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(System.in);
        int a = in.nextInt(), b = in.nextInt();
        System.out.println(java.util.stream.IntStream.of(a, b).sum());
    }
}
