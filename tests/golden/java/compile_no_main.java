// assay: mode=stdin expect=compile_error,runtime_error
class Nothing {}
