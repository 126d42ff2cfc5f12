"""The signs of a task for one Python program: how it is asked for, and what it shows.

Gaps are bounded and hold no line break, so that each search is linear in the text.
"""

from __future__ import annotations

import re

PYTHON = re.compile(r"(?i)(?<![a-z])(?:python|py3)(?![a-z])")
PYTHON_CODE = re.compile(
    r"(?m)^[ \t]*(?:(?:async )?def \w+ ?\(.*:[ \t]*$|class \w+(?:\(\w*\))?:[ \t]*$"
    r"|assert .*==|>>> )|\bdef \w+\("
)
"""A stub, an assert or a prompt: what only Python has."""

_HEAD = r"^[ \t>*#|_-]*(?:(?:sample|example|beispiel-?|exemple)s? ?)?"
STATES_INPUT = re.compile(
    rf"(?im){_HEAD}(?:input|eingabe|entrée|entrada|输入|入力)(?![a-z])"
)
STATES_OUTPUT = re.compile(
    rf"(?im){_HEAD}(?:output|ausgabe|sortie|salida|输出|出力)(?![a-z])"
    r"|\|[ ]*sample output"
)
"""Lines that begin with such a word, as in a contest's statement or on LeetCode."""

EXAMPLES = re.compile(
    r"(?i)\b(?:sample|example|beispiel|exemple|ejemplo)s?\b|示例|样例"
)

_GAP = (
    r"(?:(?!\b(?:for|of|about|that|which|on|to|from|using|test|für|über|von|mit|pour|sur"
    r"|para|sobre|mi|ma|mon|meine?\w?|my|this|how)\b)(?:[^.?!\n:]|\.(?=\d))){0,60}?"
)
_FUNCTION = (
    r"(?:\b(?:function|func|method|class|generator|iterator|decorator|context manager"
    r"|coroutine)\b|\b[a-z_]\w*`?\(|\bdef |(?:funktion|klasse|methode)\b"
    r"|\b(?:fonction|classe|méthode|función|clase|método)\b)"
)
_PROGRAM = (
    r"(?:\b(?:program|script|code|solution|algorithm|programme|programa|código"
    r"|problème|problema)\b|(?:programm|skript|aufgabe)\b)"
)
_VERB = (
    r"(?:write|implement|create|make|build|code|develop|define|design|produce|generate"
    r"|provide|give me|give|construct|program|complete|finish|continue|solve|need"
    r"|schreib(?:e|en|t)?|implementier\w*|erstell\w*|programmier\w*|entwickle|definiere"
    r"|löse|vervollständige|brauche|écri\w+|implément\w+|crée\w*|code[rz]"
    r"|programme[rz]?|réso\w+|complète\w*|définis\w*|besoin|escrib\w+|implementa\w*"
    r"|crea\w*|resuelve|completa)"
)
_POLITE = (
    r"(?:(?:hi|hello|hey|yo|hallo|bonjour|hola|ok|okay|so|now|next|please|pls|kindly"
    r"|just|then|bitte|(?:can|could|would) (?:you|u)|i (?:want|need|would like) you to"
    r"|your task is to|help me(?: to)?|i|i[’']d|we|me|mir|ich|k[öo]nnt?est? du|peux-tu"
    r"|j[’']ai|to)[ ,!:]{1,3}){0,5}"
)
_LEAD = (
    r"(?:\A|\n|[.!?,;]\s|\b(?:task|tasks|else|one|question|challenge|starter code)"
    r"(?:[:,]\s|\s(?=to )))[ \t>*#-]{0,8}" + _POLITE
)
_CHINESE = r"(?:写|实现|编写|设计|完成|定义|补全|解决)[^。？！\n]{0,30}"
ASKS_FUNCTION = tuple(
    re.compile(rf"(?im){pattern}")
    for pattern in (
        rf"{_LEAD}{_VERB}\b(?: this as\b)?{_GAP}{_FUNCTION}",
        rf"\bi(?:[’']d| would)? (?:need|want|like)\b{_GAP}{_FUNCTION}",
        r"\A\W*(?:an? |the )?python ?3? (?:function|class|generator|decorator)"
        r"(?= (?:to|that|which|for|please)\b|$)",
        r"\beine?n?\b[^.?!\n]{0,40}(?:funktion|klasse|methode)\b[^.?!\n]{0,20}"
        r"\bschreiben\b",
        rf"{_CHINESE}(?:函数|类|方法)",
        r"(?:関数|クラス)[^。\n]{0,30}(?:書いて|実装|作成|作って)",
    )
)
"""How one function or class is asked for: a verb, and it as the first thing after."""

ASKS_PROGRAM = tuple(
    re.compile(rf"(?im){pattern}")
    for pattern in (
        rf"{_LEAD}{_VERB}\b{_GAP}{_PROGRAM}",
        rf"\bi(?:[’']d| would)? (?:need|want|like)\b{_GAP}{_PROGRAM}",
        rf"{_LEAD}solve\b[^.?!\n]{{0,60}}\b(?:problem|task|challenge|exercise|puzzle"
        r"|kata|this)\b",
        r"\A\W*(?:an? |the )?python ?3? (?:program|script|code|solution)"
        r"(?= (?:to|that|which|for|please)\b|$)",
        rf"{_LEAD}(?:implement|code|program|write|programmiere|solve)\b[^.?!\n]{{0,120}}?"
        r"\b(?:in|using|with) python",
        rf"{_CHINESE}(?:程序|代码|脚本|算法|问题)",
        r"プログラム[^。\n]{0,30}(?:書いて|実装|作成|作って)",
    )
)
READS = re.compile(
    r"(?i)\b(?:stdin|standard input|asks? for|inputs?"
    r"|reads? (?:an?|two|three|n|integers?|numbers?|lines?|words?)\b"
    r"|entrée standard|standardeingabe|entrada estándar)\b|标准输入|标準入力|標準入力"
)
COMPUTES = re.compile(
    r"(?i)\b(?:return(?:s|ing|ed)?|comput\w+|calculat\w+|count(?:s|ing)?|checks?|whether"
    r"|determin\w+|finds?|sums?|revers\w+|sort(?:s|ed)?|merg\w+|remov\w+|convert\w+"
    r"|solv\w+|split\w*|rotat\w+|encod\w+|decod\w+|evaluat\w+|pars(?:es|e)|flatten\w*"
    r"|validat\w+|true|false|longest|shortest|largest|smallest|maximum|minimum|highest"
    r"|lowest|number of|primes?|palindrom\w*|anagrams?|fibonacci|factorial|median"
    r"|digits?|sequence|cach\w+|yields?|differ\w*|problem|task|tests?|docstring"
    r"|supports?|addition|adds?|multipl\w+"
    r"|umwandelt|wandelt|liefert|ermittelt|erzeugt|sucht|entfernt|sortiert"
    r"|zurück\w*|prüf\w*|zähl\w*|berechn\w*|find(?:et|en)|gibt?|ergeben|sieb"
    r"|zusammenführ\w*|renvoie|retourne|calcul\w*|vérifi\w*|compt\w+|fusionn\w+"
    r"|devuelv\w+|invier\w*|inviert\w*|cuent\w+|méthodes?|methods?|métodos?)\b"
    r"|返回|判断|计算|求|打印|输入|输出|支持|方法|函数.{0,40}[，把]|逆順|返す"
)
"""Words of what needs nothing but its input: a value is made, found or compared."""

KNOWN_WORK = re.compile(
    r"(?i)\b(?:implement|code|program|write|design|create|make)\s+"
    r"(?:an? |the )?(?:\S+ ){0,3}?"
    r"(?:\w*sort|(?:binary|linear|depth-first|breadth-first) search|trie|heap|sieve"
    r"|stack|queue|cipher|linked list|\w*cache|tree|fizz ?buzz|algorithm|\S+ problem)\b"
)
"""Work that has a name, and of which everyone knows what goes in and what comes out."""

SIGNATURE = re.compile(
    r"\b(?!(?:send|get_|fetch|upload|download|open|save|load|connect|read|write|log|play"
    r"|draw|plot|run|start|delete|print|main|create)\w*\()[a-z_]\w*\((?:\w+|\w+[,:=][^()\n]"
    r"{0,120})\)"
)
BREAK = re.compile(
    r"(?i)\b(?:next|new|another|different|other) (?:one|task|problem|question|topic"
    r"|challenge)\b|\bsomething (?:else|different)\b|\bunrelated\b"
    r"|\b(?:nächste|neue|andere) (?:aufgabe|frage)|\bautre (?:question|tâche)|下一题"
)
"""What begins something new in a conversation."""

SUBJECT = re.compile(r"(?i)\b(?:functions?|programs?|code|write|class|step|define)\b")
REFERS = re.compile(
    r"(?i)\A\W*(?:yes|yeah|sure|and|ja|oui)\b|\b(?:it|its|them|around|reverse direction"
    r"|part (?:two|2|three|3)|second part)\b"
)
"""What in a later turn may point at an earlier one."""

PROPER = re.compile(r"(?<=[a-z] )(?<!class )(?<!named )(?<!called )[A-Z][\w+#-]*")
CAPITALISES = re.compile(r"(?i)\b(?:eine?[rns]?|die|der|das|und|ist)\b")
"""Words of German, which writes all its nouns so."""

_NAMES = (
    "A B C D I K L M N O P Q R S T X Y Z Python Python3 True False None Roman "
    "Gray Pascal Dijkstra Fahrenheit Celsius Kelvin Levenshtein Hamming Kadane "
    "Luhn Caesar Collatz Fibonacci Eratosthenes Armstrong Hanoi Trie Sudoku "
    "Euclid Gauss Huffman Kruskal Prim Floyd Bellman Ford Euler Lucas Catalan "
    "Bell Stirling Mersenne Goldbach Horner Newton Conway Morse Vigenere Vigenère "
    "English Latin ASCII Unicode UTF-8 ISBN ISBN-10 ISBN-13 IPv4 IPv6 ISO LRU LFU "
    "BST DFS BFS GCD LCM LIS LCS FIFO LIFO XOR AND OR NOT Rule Given Return "
    "Returns Example Examples Input Output Do Use If For YES NO Yes No Standard "
    "UTC Josephus Syracuse Kaprekar Zeckendorf Manhattan Euclidean Boolean "
    "Cartesian Harshad Pythagorean Monday Sunday FizzBuzz "
)
KNOWN_NAMES = frozenset(_NAMES.split())
"""Proper names that computing is full of: another one is a product, most likely."""
