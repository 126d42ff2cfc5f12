// assay: mode=stdin expect=memory_limit,runtime_error
const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1));
