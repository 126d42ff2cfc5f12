// assay: mode=stdin expect=memory_limit,time_limit
const all = []; for (;;) all.push(new Array(1 << 17).fill(all.length));
