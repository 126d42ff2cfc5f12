"""C++, with GCC."""

from __future__ import annotations

from assay.judging.languages.finding import on_path
from assay.judging.languages.language import Language, named

HELLO = """\
#include <bits/stdc++.h>
int main() { long long a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }
"""
GREEDY = """\
#include <bits/stdc++.h>
int main() {
    std::string word;
    std::cin >> word;
    volatile unsigned long n = 0;
    while (word == "loop") n = n + 1;
    std::vector<std::string> parts;
    for (;;) parts.push_back(std::string(1 << 20, 'x'));
}
"""

CPP = Language(
    name="cpp",
    aliases=("c++", "cxx", "g++", "cpp17", "c++17", "cpp20", "c++20"),
    suffixes=(".cpp", ".cc", ".cxx"),
    package="g++",
    tools=("g++",),
    find=on_path,
    layout=named("main.cpp"),
    compile=(
        "{g++}",
        *("-std=gnu++20", "-O2", "-w", "-fmax-errors=20"),
        *("-fdiagnostics-color=never", "-o", "main", "{source}"),
    ),
    artifacts=("main",),
    run=("./main",),
    out_of_memory=("std::bad_alloc",),
    hello=HELLO,
    greedy=GREEDY,
)
