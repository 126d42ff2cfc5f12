// assay: mode=stdin expect=memory_limit,runtime_error
public class Main {
    public static void main(String[] args) throws Exception {
        java.util.List<java.nio.ByteBuffer> all = new java.util.ArrayList<>();
        for (;;) { var part = java.nio.ByteBuffer.allocateDirect(1 << 24); for (int i = 0; i < 1 << 24; i += 4096) part.put(i, (byte) 1); all.add(part); }
    }
}
