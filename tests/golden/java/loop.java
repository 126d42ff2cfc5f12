// assay: mode=stdin expect=time_limit cpu=0.5
public class Main {
    static volatile long n;
    public static void main(String[] args) throws Exception {
        for (;;) n++;
    }
}
