// assay: mode=stdin expect=memory_limit,time_limit,runtime_error
public class Main {
    public static void main(String[] args) throws Exception {
        for (;;) new Thread(() -> { try { Thread.sleep(99999); } catch (InterruptedException e) { } }).start();
    }
}
