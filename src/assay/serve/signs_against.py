"""The signs that a request is to be passed through: one rule, one meaning.

A rule's second part ends the sentence "it ..." or "the system prompt ...". Gaps are
bounded and hold no line break, so that each search is linear in the text.
"""

from __future__ import annotations

import re

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((re.compile(rf"(?im){pattern}"), what) for pattern, what in pairs)


NEGATED = re.compile(
    r"(?i)(?:\b(?:do not|don[’']?t|must not|without|never|no|not|ohne|keine?[nrs]?"
    r"|nicht|sans|ne pas|pas de|sin|works? like|similar to)\b|不要|无需|不用|不需要)"
    r"[^.,;:!?\n，。；]{0,80}"
)
"""A clause that says what is not wanted, or only likens it to something."""

TURNED_DOWN = _rules(
    (
        r"(?<!type )\bhints?\b(?! *:)|\bsocratic\b|\btutor\b",
        "wants hints and no program",
    ),
    (
        r"\b(?:no|without|never|don[’']?t|do not)\b[^.\n]{0,20}"
        r"\b(?:solve|solutions?|program|code)\b(?![ -]*(?:fence|block|comment|outside))"
        r"(?= *(?:$|[.,;:!]|please|for|it|this|the))",
        "wants no program",
    ),
)

TEMPLATES = _rules(
    (
        r"<\|?fim[_-]|<PRE>|\[SUFFIX\]|<\|cursor|<CURSOR>|FILL_HERE|\{\{HOLE",
        "has a gap",
    ),
    (r"SEARCH/REPLACE|^<{5,7} |^diff --git|^@@ -\d|^\+\+\+ ", "has edit blocks"),
    (
        r"section of code in a file"
        r"|(?:above|given|entire) code (?:block )?(?:above )?to"
        r"|^(?:ORIGINAL|FINAL|NEW) CODE\b|suggested edit|rewritten code"
        r"|added these files",
        "asks for an edit",
    ),
    (
        r"chat[ _]history|\b(?:this|the|our) (?:conversation|discussion|chat)\b"
        r"|autocompletion system|follow-up questions|search quer(?:y|ies)\b"
        r"|\btitle (?:for|that|summar)|\bemojis?\b",
        "is about a chat, as a client's own requests are",
    ),
    (r"\bcommit messages?\b|pull request", "is about a commit"),
    (
        r"^[ \t]*</?(?:task|context|source|query|file|files|env|document|instructions?"
        r"|[a-z]+(?:_[a-z]+)+)\b[^>\n]{0,80}>",
        "is made by an agent, with tags around it",
    ),
)

AGENT_SYSTEM = _rules(
    (
        r"search/replace|edit blocks?|unified diff|\bdiff -|file listing|<{5,7} "
        r"|file ?path|(?:entire|full) (?:content|file)|supplied code|\bedits?\b",
        "asks for edits of files",
    ),
    (
        r"\btools?\b|<[a-z]+_[a-z]+>|\baction\b|\bobservation\b|\bbash\b|\bshell\b"
        r"|\bterminate\b|\bexecut(?:e|es|ing)\b|\bagent\b|(?:agent|plan|act) mode",
        "is an agent's, with tools",
    ),
    (
        r"working directory|\bworkspace\b|code ?base|\brepositor|\bgit\b|environment_d",
        "is about files",
    ),
    (
        r"\btitles?\b|summar[iy]|\btags?\b|commit message|\bconversations?\b",
        "asks for a title or a summary",
    ),
    (r"\bhole\b|autocomplet|\binfill|\bcursor\b", "asks to fill a gap"),
    (
        r"\bexplain|\bexplanations?\b|step[- ]by[- ]step|\bteach|\breasoning\b",
        "asks for explanations",
    ),
    (
        r"persona\b|role-?play|speak like|\bpirate|\bjokes?\b|\brhym|\bcharacter\b"
        r"|\bgreet|\bfrench\b|\bgerman\b|\bspanish\b|\bplan\b|\brisks?\b"
        r"|\bstory\b|\bsections?\b|\bambigu|\bimpartial\b|\bjudge\b|\bgrade\b"
        r"|\barchitect\b|\bguid(?:e|ing)\b",
        "gives the model another part to play",
    ),
)

PLAIN_SYSTEM = re.compile(
    r"(?i)(?:you are|you[’']re|act as|du bist|sie sind|tu es|vous êtes|eres|你是)"
    r".{0,160}(?:assistant|assistent|programm|engineer|developer|expert|coder|model"
    r"|alibaba|python|competit|助手|程序员|专家)"
    r"|(?:the |your |all |each |any )?"
    r"(?:always|only|just|please|do not|don[’']t|no|never|nothing|use|using|add|put"
    r"|return|reply|respond|answers?|output|provide|give|write|wrap|enclose|format"
    r"|include|avoid|prefer|keep|ensure|make sure|follow|complete|solve|final"
    r"|programs?|code|solutions?|functions?|you (?:write|will|should|must|only|always"
    r"|answer|generate|can))\b.{0,200}"
    r"(?:code|python|program|function|markdown|block|fence|comments?|hints|docstring"
    r"|solutions?|answers?|output|questions?|problems?|rules|concise|correct|efficient"
    r"|explanations?|standard library|text)"
    r"|be (?:concise|brief|helpful|precise|accurate|correct|direct)"
    r"|(?:the )?(?:current|today)[^.]{0,10} (?:date|is)\b|knowledge cutoff"
    r"|no (?:comments|explanations?|prose|markdown)"
)
"""How each sentence of a system prompt may begin that asks for a plain program."""

ASKED_FORM = _rules(
    (
        r"\b(?:answer|reply|respond|response|return|output|write it|give it)\b"
        r"[^.\n]{0,30}\b(?:as|in|with|using|valid|an?)\b[^.\n]{0,12}"
        r"\b(?:json|xml|yaml|csv|html)\b(?! (?:string|text|document)s?\b)",
        "asks for an answer as JSON or the like",
    ),
    (r"\bjson (?:object|format|schema)\b[^.\n]{0,20}\bkeys?\b", "asks for JSON"),
    (
        r"\bformat (?:your|the) (?:answer|response|output|reply)\b|\bsections?:"
        r"|\b(?:wrap|put|place|enclose|give)\b[^.\n]{0,40}<\w+>",
        "asks for an answer in another form",
    ),
    (r"<\w+> tags?\b|\bin \w+ tags\b", "asks for an answer in tags"),
)

_NAMES = (
    r"(?:javascript|typescript|java|kotlin|swift|rust|golang|php|perl|ruby|scala"
    r"|haskell|matlab|julia|lua|dart|elixir|clojure|ocaml|fortran|cobol|powershell"
    r"|bash|assembly|sql|html|css|latex|vba|csharp|cpp|node\.?js|c\+\+(?:\d\d)?|c#)"
)
NAMES_LANGUAGE = re.compile(rf"(?i)(?<![\w+#]){_NAMES}(?![\w+#])")
"""What says little by itself: a text may name a language that it does not ask for."""
_THINGS = (
    r"(?:functions?|funktion\w*|fonctions?|función|methods?|method[eo]|méthodes?"
    r"|programs?|programm\w*|programmes?|programa|scripts?|skript\w*|class(?:es)?"
    r"|klassen?|classes?|code|solution|query|queries|command|commands|one-liner"
    r"|snippet|experts?|developer|programmer|page|formula|函数|程序|代码|类)"
)
OTHER_LANGUAGE = _rules(
    (
        r"\b(?:in|into|to|using|with|auf|nach|en|mit) (?:pure |plain |modern )?"
        rf"{_NAMES}(?![\w+#])",
        "asks for another language than Python",
    ),
    (rf"(?<![\w+#]){_NAMES}[- ]?{_THINGS}", "asks for another language than Python"),
    (
        rf"python\d? *(?:and|or|und|oder|et|/|,|和) *(?:in )?{_NAMES}(?![\w+#])",
        "asks for other languages too",
    ),
    (rf"(?:用|使用) *{_NAMES}", "asks for another language than Python"),
    (
        rf"\b(?-i:in (?:C|R|Go)\b(?![+#'’])|(?:C|R|Go)[- ]{_THINGS})",
        "asks for another language than Python",
    ),
    (
        rf"\b(?:always|everything|only)\b[^.\n]{{0,20}}\b{_NAMES}\b",
        "wants another language",
    ),
)
OTHER_CODE = _rules(
    (
        r"#include *<|\busing namespace\b|^[ \t]*public:|\bvector<|\bconsole\.log\b"
        r"|\bpublic (?:static|class|int|long|string|void|list|boolean|double)\b"
        r"|\bfn \w+ ?[(<]|\bfunc \w+\(|\bfunction \w* ?\([^)\n]{0,80}\) ?\{"
        r"|\bSystem\.out\b|^(?:var|const|let) \w+ *=|<\?php|<!DOCTYPE",
        "holds code in another language",
    ),
)

NEEDS_WORLD = _rules(
    (
        r"\b(?:flask|django|fastapi|pygame|tkinter|pyqt\d?|kivy|matplotlib|seaborn"
        r"|plotly|pandas|polars|numpy|scipy|pytorch|torch|tensorflow|keras|sklearn"
        r"|scikit-learn|opencv|beautifulsoup|selenium|scrapy|sqlalchemy|streamlit"
        r"|aiohttp|pillow|boto3|langchain|turtle)\b",
        "needs a library that may not be here",
    ),
    (
        r"\b(?:scrap(?:e|es|er|ing)|downloads?|smtp|web ?(?:page|site|app|server)s?"
        r"|rest api|\w+ api\b|http requests?|discord|telegram|websockets?|sockets?)\b"
        r"|\bsends? an? e-?mail|\bnetwork (?:card|request|interface)|\binternet\b"
        r"|\bredis\b|\bs3\b|\baws\b|\bazure\b|\bmqtt\b|\bkafka\b|\bssh\b|\bftp\b"
        r"|\bpostgres\w*|\bmysql\b|\bmongo\w*|\bsqlite\b|\bdocker\b|\bkubernetes\b"
        r"|\buploads?\b|\bconnects? to\b|\bsubscribes?\b|\bmy database\b"
        r"|\bopen ports?\b|\bports? (?:scan|of a host)|\bbluetooth\b",
        "needs the network",
    ),
    (
        r"\b(?:csv|excel|pdfs?|spreadsheets?|jpe?g|png|videos?|audio|jupyter|notebook"
        r"|pip|venv|virtual env\w*|requirements|installs?|dataset|trains?|classifier"
        r"|graphviz|diagrams?|draws?|browser|camera|webcam|keyboard|clipboard|desktop"
        r"|folders?|cpu|gpu|click|argparse|scanned|images?|photos?"
        r"|pictures?|terminal|system|website|random\w*|current(?:ly)?|ticker|menu"
        r"|guess\w*"
        r"|logs?|saved|every (?:hour|minute|day)|guesses|sensors?|raspberry|arduino"
        r"|serial|monitors?|encryption|command[- ]line|daemon|cron)\b",
        "needs more than its own input",
    ),
    (
        r"\bgui\b|\bplots? (?:a|the)\b|\bbar chart|\beach second\b|\bevery second\b"
        r"|\b(?:turtle|video) game\b|\bscreenshot|\bdatabase (?:connection|table)s?\b",
        "needs a screen or a clock",
    ),
    (
        r"\b[\w-]+\.(?:py|js|ts|csv|xlsx?|json|ya?ml|toml|txt|html|pdf|ipynb|md)\b"
        r"|(?<!end of )(?<!end-of-)\bfiles?\b|\brenames?\b[^.\n]{0,30}\bfiles?\b"
        r"|\bfiles? in (?:a|the) (?:folder|director)"
        r"|\b(?:my|our|this|the) (?:repo|repository|code ?base|project|workspace)\b",
        "is about files",
    ),
)

NOT_ONE_PROGRAM = _rules(
    (
        r"(?<!\w)explain\b|\bexplaining\b|\bwith (?:an? )?(?:\w+ )?explanations?\b"
        r"|\berklär(?:e|en|st|ung)\b|\bexpli(?:que|quer|cations?|ca)\b|解释|讲解"
        r"|\bstep[- ]by[- ]step\b|\b(?:show|put|give|include) (?:me )?your reasoning\b"
        r"|\bdetailed explanation|\bits (?:time )?complexity\b|\Aprove\b"
        r"|\b(?:and|then|also) (?:analy[sz]e|describe|discuss|compare|tell|justify"
        r"|prove|show|state|comment|test|run|draw|plot|estimate)\b",
        "asks for words beside the program",
    ),
    (
        r"\b(?:unit ?|pytest )tests?\b|\btest (?:inputs?|data|suite)\b"
        r"|\b(?:write|generate|create|add) (?:\w+ ){0,3}(?:tests|test cases?)\b",
        "asks for tests",
    ),
    (
        r"\b(?:two|three|four|five|several|multiple|different|various|both)"
        r" (?:\w+ )?(?:ways|versions|implementations|solutions|approaches)\b"
        r"|\bcompare (?:them|these|both)\b",
        "asks for more than one program",
    ),
    (
        r"\b(?:rate|grade|score|evaluate|judge|assess) (?:the|this|each|following)\b"
        r"|\bresponse [ab]\b|\bwhich (?:response|answer|option|one)\b"
        r"|\bcomplete the assertion\b|^[A-D]\) ",
        "asks to judge or to choose an answer",
    ),
    (
        r"\b(?:above|my|this|attached|existing) "
        r"(?:\w+ )?(?:code|snippet|script|implementation)\b"
        r"|\b(?:following|this|my) (?:python )?(?:code|function|script|snippet)\b"
        r"(?=[^\n]{0,30}\n\s*(?:$|[^\s]*\)))"
        r"|\b(?:diese[rmsn]?|meine?[rmsn]?) (?:python-?)?(?:funktion|code|programm)"
        r"|\bth(?:e|is) (?:above|previous) \w+"
        r"|(?<!complete the )\b(?:function|code|program|class|script)"
        r" (?:below|above)\b",
        "is about code that is there",
    ),
    (
        r"\b(?:traceback|stack ?trace|error message)\b|报错|为什么|\bpseudo-?code\b"
        r"|\bapproach\b(?=[^.\n]{0,60}\bno code\b)|\bimplement the todo\b",
        "asks about code and for no program",
    ),
)

_SENTENCE = r"(?:^|[.!?:]\s|\b(?:please|and|then|you|to|me)\s)[ \t>*#\"'-]{0,4}"
NO_PROGRAM = _rules(
    (
        rf"{_SENTENCE}(?:fix|debug|review|refactor|optimi[sz]e|improve|rewrite|modify"
        r"|clean up|correct|simplify|speed up|document|annotate|port)\b",
        "asks to change or to review code",
    ),
    (
        rf"{_SENTENCE}(?:convert|translate|summari[sz]e) (?:this|the|into|to|from|my)\b"
        rf"|{_SENTENCE}(?:describe|outline|discuss|compare|suggest|recommend) ",
        "asks for words and for no program",
    ),
    (
        rf"{_SENTENCE}(?:make|add|insert) [^.\n]{{0,40}}"
        r"\b(?:faster|shorter|better|type hints|comments|docstrings?|pythonic)\b"
        r"(?= to|:|$)",
        "asks to change code",
    ),
    (
        r"\A\W*(?:why|what|what[’']s|which|who|when|is|are|does|do|how|should|warum|wie"
        r"|was ist|pourquoi|comment|qu[’']est|por qué|cómo)\b(?!.{0,300}\binput\b)",
        "is a question",
    ),
)

DEPENDS = _rules(
    (
        r"\b(?:above|previous(?:ly)?|earlier|same|instead|again|also|rewrite|modify"
        r"|your|(?:uses?|using|test|call|make|change|write|update|extend) "
        r"(?:it|this|that|them)|we|our|discussed|mentioned|you said"
        r"|(?:question|exercise|step|task|problem) \d"
        r"|(?:this|that|the) (?:function|program|class|code|one))\b"
        r"|\A\W*(?:it|and|but|or|so|ok so|what about|now (?:make|do|add|write it))\b",
        "goes on with what was said before",
    ),
    (
        r"\b(?:nochmals?|noch einmal|stattdessen|auch|de(?:ine|r gleiche)|die funktion"
        r"|das programm|encore|aussi|la même|ta fonction|cette|también|otra vez"
        r"|misma)\b|也|再|改成|上面|刚才|这个|同样",
        "goes on with what was said before",
    ),
)
