// assay: mode=stdin expect=compile_error,memory_limit,time_limit
#if __INCLUDE_LEVEL__ < 60
#include __FILE__
#include __FILE__
#else
int x;
#endif
