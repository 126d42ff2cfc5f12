// assay: mode=stdin expect=memory_limit,time_limit
public class Main {
    static java.util.List<long[]> all = new java.util.ArrayList<>();
    public static void main(String[] args) throws Exception {
        for (;;) all.add(new long[1 << 17]);
    }
}
