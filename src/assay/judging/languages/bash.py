"""Bash, with the commands of the system."""

from __future__ import annotations

from assay.judging.languages.finding import on_path
from assay.judging.languages.language import Language, named

HELLO = """\
read -r a b
echo $((a + b))
"""
GREEDY = """\
read -r word
while [ "$word" = loop ]; do :; done
part=$(printf '%1000000s' x)
while :; do part+=$part; done
"""

BASH = Language(
    name="bash",
    aliases=("sh", "shell"),
    suffixes=(".sh", ".bash"),
    package="bash",
    tools=("bash",),
    find=on_path,
    layout=named("main.sh"),
    compile=("{bash}", "--norc", "-n", "{source}"),
    artifacts=("main.sh",),
    run=("{bash}", "--norc", "main.sh"),
    extra_processes=8,
    out_of_memory=("cannot allocate", "Cannot allocate memory"),
    hello=HELLO,
    greedy=GREEDY,
)
