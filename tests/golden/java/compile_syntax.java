// assay: mode=stdin expect=compile_error
public class Main { void main( }
