// assay: mode=stdin expect=compile_error,wrong_answer,runtime_error
package java.lang;

public class String { public static void main(String[] args) { } }
