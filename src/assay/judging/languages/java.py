"""Java, one source file, on OpenJDK."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

from assay.judging.languages.finding import is_system, on_path
from assay.judging.languages.language import Language, Layout, MemoryBound, Toolchain

HELLO = """\
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextInt() + in.nextInt());
    }
}
"""
GREEDY = """\
import java.util.*;

public class Main {
    static volatile long n = 0;

    public static void main(String[] args) {
        String word = new Scanner(System.in).next();
        while (word.equals("loop")) n++;
        List<byte[]> parts = new ArrayList<>();
        for (;;) parts.add(new byte[1 << 20]);
    }
}
"""

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_PUBLIC = re.compile(
    r"\bpublic\s+(?:(?:abstract|final|sealed|strictfp)\s+)*"
    r"(?:class|enum|interface|record)\s+(\w+)"
)
_CLASS = re.compile(r"\b(?:class|enum|interface|record)\s+(\w+)")
_MAIN = re.compile(r"\bstatic\s+(?:final\s+)?void\s+main\b")


def layout(source: str) -> Layout:
    """Name the file after the public class, as javac demands, and find `main`.

    >>> layout("package a.b; public final class Solution { }")
    Layout(source_file='Solution.java', main='a.b.Solution')
    >>> layout("class A { } class B { public static void main(String[] a) { } }").main
    'B'
    """
    code = _COMMENT.sub(" ", source)
    public = _PUBLIC.search(code)
    name = public.group(1) if public else _class_with_main(code)
    package = _PACKAGE.search(code)
    main = f"{package.group(1)}.{name}" if package else name
    return Layout(source_file=f"{name}.java", main=main)


def _class_with_main(code: str) -> str:
    main = _MAIN.search(code)
    before = code[: main.start()] if main else code[:0]
    names: list[str] = _CLASS.findall(before)
    return names[-1] if names else "Main"


def _find(language: Language) -> Toolchain | None:
    """Debian keeps a Java's settings in `/etc`, and links to them from the Java."""
    found = on_path(language)
    javac = shutil.which("javac")
    if found is None or javac is None:
        return None
    home = Path(javac).resolve().parent.parent
    settings = Path("/etc") / re.sub(r"-[a-z0-9]+$", "", home.name)
    if is_system(home) and settings.is_dir():
        return replace(found, folders=(*found.folders, str(settings)))
    return found


JAVA = Language(
    name="java",
    suffixes=(".java",),
    package="default-jdk-headless",
    tools=("javac", "java"),
    find=_find,
    layout=layout,
    compile=(
        "{javac}",
        *("-J-Xmx1g", "-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1"),
        *("-J-XX:-UsePerfData", "-encoding", "UTF-8", "-nowarn", "-Xmaxerrs", "20"),
        *("-proc:none", "-d", "classes", "{source}"),
    ),
    artifacts=("classes/",),
    run=(
        "{java}",
        *("-Xmx{memory_mb}m", "-Xms16m", "-Xss64m", "-XX:+UseSerialGC"),
        *(
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-Dfile.encoding=UTF-8",
            "-cp",
            "classes",
            "{main}",
        ),
    ),
    memory=MemoryBound.NONE,
    overhead_mb=192,
    extra_processes=48,
    out_of_memory=("java.lang.OutOfMemoryError",),
    hello=HELLO,
    greedy=GREEDY,
)
