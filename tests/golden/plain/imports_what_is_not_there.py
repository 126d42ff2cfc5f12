# assay: mode=stdin expect=runtime_error
# Imports a module that does not exist.
import no_such_module

print(5)
