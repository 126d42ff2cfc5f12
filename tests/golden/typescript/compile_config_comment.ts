// assay: mode=stdin expect=compile_error
// @ts-nocheck
/// <reference lib="nothing" />
const x = (;
