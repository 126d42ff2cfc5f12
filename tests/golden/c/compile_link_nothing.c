// assay: mode=stdin expect=compile_error
int nobody(void);
int main(void) { return nobody(); }
