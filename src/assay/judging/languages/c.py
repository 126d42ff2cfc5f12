"""C, with GCC."""

from __future__ import annotations

from assay.judging.languages.finding import on_path
from assay.judging.languages.language import Language, named

HELLO = """\
#include <stdio.h>
int main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\\n", a + b); }
"""
GREEDY = """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
    char word[9];
    scanf("%8s", word);
    volatile unsigned long n = 0;
    while (!strcmp(word, "loop")) n++;
    for (;;) { char *part = malloc(1 << 20); memset(part, 1, 1 << 20); }
}
"""

C = Language(
    name="c",
    aliases=("gcc", "c11", "c17"),
    suffixes=(".c",),
    package="gcc",
    tools=("gcc",),
    find=on_path,
    layout=named("main.c"),
    compile=(
        "{gcc}",
        *("-std=gnu17", "-O2", "-w", "-fmax-errors=20", "-fdiagnostics-color=never"),
        *("-o", "main", "{source}", "-lm"),
    ),
    artifacts=("main",),
    run=("./main",),
    hello=HELLO,
    greedy=GREEDY,
)
