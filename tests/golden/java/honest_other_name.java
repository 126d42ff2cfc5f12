// assay: mode=stdin expect=passed
// A public class Decoy is not here.
package some.where;

import java.io.*;

class Adder { int add(int a, int b) { return a + b; } }

public final class Solution {
    public static void main(String[] args) throws IOException {
        String[] words = new BufferedReader(new InputStreamReader(System.in)).readLine().split(" ");
        Runnable shown = () -> System.out.println(new Adder().add(Integer.parseInt(words[0]), Integer.parseInt(words[1])));
        shown.run();
    }
}
