// assay: mode=stdin expect=time_limit,runtime_error,wrong_answer,memory_limit cpu=1
public class Main {
    public static void main(String[] args) throws Exception {
        for (;;) new ProcessBuilder("/bin/sh", "-c", "while :; do :; done").start();
    }
}
