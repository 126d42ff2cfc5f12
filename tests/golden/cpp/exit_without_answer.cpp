// assay: mode=stdin expect=wrong_answer
#include <cstdlib>
struct Early { Early() { std::_Exit(0); } } early;
int main() { return 1; }
