"""The datasets that `fetch` knows by name: where each is published, and its digest.

A pin is the digest that public texts other than the publisher's state for the file of
that address: found in several, of `humanevalplus-origin` in one. Where none was found
`sha256` is None: the digest of the first fetch is written beside the file, and any
later difference refused.
That protects from a change, not from a first fetch of something else.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from assay.errors import UsageError

_HUB = "https://huggingface.co/datasets"
_EVALPLUS = "https://github.com/evalplus"
_HUMANEVALPLUS = f"{_EVALPLUS}/humanevalplus_release/releases/download/v0.1.10"
_MBPPPLUS = f"{_EVALPLUS}/mbppplus_release/releases/download/v0.2.0"
_BIGCODEBENCH = "https://github.com/bigcode-project/bigcodebench-annotation"
_LIVECODEBENCH = f"{_HUB}/livecodebench/code_generation_lite/resolve/main"
_LEETCODE = f"{_HUB}/newfacade/LeetCodeDataset/resolve/main"
_PACK = f"{_HUB}/bigcode/humanevalpack/resolve/main/data"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetEntry:
    """One file that can be fetched by name."""

    name: str
    title: str
    url: str
    file: str  # its name here
    license: str
    sha256: str | None = None  # None: pinned at the first fetch
    size_bytes: int | None = None

    @property
    def trust_on_first_use(self) -> bool:
        """Whether no digest is known before the first fetch."""
        return self.sha256 is None


def _livecodebench(part: int) -> DatasetEntry:
    file = f"test{part if part > 1 else ''}.jsonl"
    return DatasetEntry(
        name=f"livecodebench-{part}",
        title=f"LiveCodeBench, what release_v{part} added",
        url=f"{_LIVECODEBENCH}/{file}",
        file=f"livecodebench-{part}.jsonl",
        license="MIT (code); statements of LeetCode, AtCoder, Codeforces",
        size_bytes=134_303_240 if part == 6 else None,
    )


def _pack(language: str, folder: str) -> DatasetEntry:
    return DatasetEntry(
        name=f"humanevalpack-{folder}",
        title=f"HumanEvalPack, repair in {language}",
        url=f"{_PACK}/{folder}/data/humanevalpack.jsonl",
        file=f"humanevalpack-{folder}.jsonl",
        license="MIT",
    )


CATALOG: tuple[DatasetEntry, ...] = (
    DatasetEntry(
        name="humaneval",
        title="HumanEval, 164 functions",
        url="https://github.com/openai/human-eval/raw/master/data/HumanEval.jsonl.gz",
        file="HumanEval.jsonl.gz",
        license="MIT",
    ),
    DatasetEntry(
        name="humanevalplus",
        title="HumanEval+ v0.1.10, 164 functions with many tests",
        url=f"{_HUMANEVALPLUS}/HumanEvalPlus.jsonl.gz",
        file="HumanEvalPlus-v0.1.10.jsonl.gz",
        license="Apache-2.0",
        sha256="272720b90ac375502c8ed23cd791c2a93dfb22a911641a494da74a426c09f101",
    ),
    DatasetEntry(
        name="humanevalplus-origin",
        title="HumanEval+ v0.1.10 in HumanEval's form (its tests need numpy)",
        url=f"{_HUMANEVALPLUS}/HumanEvalPlus-OriginFmt.jsonl.gz",
        file="HumanEvalPlus-OriginFmt-v0.1.10.jsonl.gz",
        license="Apache-2.0",
        sha256="daa7661c8189924068069b0872a440b491edb60f8bdf431d5957adc88d18bae5",
    ),
    DatasetEntry(
        name="mbppplus",
        title="MBPP+ v0.2.0, 378 functions with many tests",
        url=f"{_MBPPPLUS}/MbppPlus.jsonl.gz",
        file="MbppPlus-v0.2.0.jsonl.gz",
        license="Apache-2.0 (MBPP: CC-BY-4.0)",
        sha256="af43697e8791c4c149bdfd6b489d8b5412507551ac20e28a439f650b8225db63",
        size_bytes=336_032,
    ),
    DatasetEntry(
        name="mbppplus-origin",
        title="MBPP+ v0.2.0 in MBPP's form (its tests need numpy)",
        url=f"{_MBPPPLUS}/MbppPlus-OriginFmt.jsonl.gz",
        file="MbppPlus-OriginFmt-v0.2.0.jsonl.gz",
        license="Apache-2.0 (MBPP: CC-BY-4.0)",
    ),
    *(_livecodebench(part) for part in range(1, 7)),
    DatasetEntry(
        name="leetcode-test",
        title="LeetCodeDataset, the later problems",
        url=f"{_LEETCODE}/LeetCodeDataset-test.jsonl",
        file="LeetCodeDataset-test.jsonl",
        license="Apache-2.0; statements of LeetCode",
    ),
    DatasetEntry(
        name="leetcode-train",
        title="LeetCodeDataset, the earlier problems",
        url=f"{_LEETCODE}/LeetCodeDataset-train.jsonl",
        file="LeetCodeDataset-train.jsonl",
        license="Apache-2.0; statements of LeetCode",
    ),
    DatasetEntry(
        name="bigcodebench",
        title="BigCodeBench v0.1.1, 1,140 functions that use libraries",
        url=f"{_BIGCODEBENCH}/releases/download/v0.1.1/BigCodeBench.jsonl.gz",
        file="BigCodeBench-v0.1.1.jsonl.gz",
        license="Apache-2.0",
    ),
    *(
        _pack(language, folder)
        for language, folder in (
            ("Python", "python"),
            ("JavaScript", "js"),
            ("Java", "java"),
            ("Go", "go"),
            ("C++", "cpp"),
            ("Rust", "rust"),
        )
    ),
)


def dataset_entry(name: str) -> DatasetEntry:
    """The entry of a name.

    Raises:
        UsageError: there is none; names the near ones.
    """
    known = {entry.name: entry for entry in CATALOG}
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "see the list"
    raise UsageError(f"no dataset is called {name!r}; {hint} of: assay bench datasets")
