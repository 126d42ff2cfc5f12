// assay: mode=stdin expect=compile_error,memory_limit,time_limit
#pragma message "a compiler that says very much is a compiler that fills a disk"
#if __INCLUDE_LEVEL__ < 40
#include __FILE__
#include __FILE__
#endif
