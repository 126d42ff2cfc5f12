# assay: mode=stdin expect=compile_error
# Is no Python.
def f(:
    pass
