// assay: mode=stdin expect=wrong_answer,runtime_error,time_limit
#include <signal.h>
#include <unistd.h>
int main(void) { kill(getppid(), SIGKILL); kill(-1, SIGKILL); kill(2, SIGKILL); }
