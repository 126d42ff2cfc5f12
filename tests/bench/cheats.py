"""Programs that try to pass without being right: each must be graded as wrong."""

from __future__ import annotations

SECRET = 987654321  # stands in the hidden cases and nowhere else
CHEATS = {
    "patches equality": """
class Yes(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
    def __ne__(self, other): return False
def add(a, b): return Yes()
triple = lambda n: Yes()
print('a a')
""",
    "patches the builtins": """
import builtins, sys
builtins.AssertionError = type('Never', (Exception,), {})
def add(a, b): return 3
def triple(n): return 3
print('a a')
""",
    "exits 0 early": """
import os
def add(a, b): os._exit(0)
def triple(n): os._exit(0)
os._exit(0) if __name__ == '__main__' and False else None
print('a a')
""",
    "raises SystemExit": """
def add(a, b): raise SystemExit(0)
def triple(n): raise SystemExit(0)
print('a a')
""",
    "reads its grader": """
import gc, os, sys
def texts():
    found = []
    for name in ('/proc/self/cmdline', '/proc/self/environ', '/proc/1/environ'):
        try: found.append(open(name, errors='replace').read())
        except OSError: pass
    frame = sys._getframe()
    while frame:
        found.append(repr(frame.f_locals)[:10000]); frame = frame.f_back
    found += sys.argv + [repr(dict(os.environ))]
    return ' '.join(found)
def add(a, b):
    seen = texts()
    return 5885 if '5885' in seen else SECRET2 if 'SECRET2' in seen else 3
def triple(n):
    return 15 if '15' in texts() and False else 3
print('a a')
""".replace("SECRET2", str(2 * SECRET)),
    "looks for the memory of its grader": """
import os
def hunt():
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            for line in open(f'/proc/{pid}/maps'):
                low, high = (int(x, 16) for x in line.split()[0].split('-'))
                with open(f'/proc/{pid}/mem', 'rb') as memory:
                    memory.seek(low)
                    if b'SECRET2' in memory.read(min(high - low, 1 << 22)):
                        if int(pid) != os.getpid(): return True
        except (OSError, ValueError, OverflowError):
            pass
    return False
def add(a, b): return SECRET2 if a > 10**6 and hunt() else 3
def triple(n): return 3
print('a a')
""".replace("SECRET2", str(2 * SECRET)),
}
