"""Whether a model fits this computer: the arithmetic, with every term shown."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from assay.models.cgroups import memory_room
from assay.models.engine import CACHE_RAM_MIB
from assay.models.gguf import GgufHeader
from assay.models.partial import gib

MIN_CONTEXT_LENGTH = 1024
_BATCH_TOKENS = 512  # llama.cpp's n_ubatch: prompt tokens computed at once
_PROCESS_BYTES = 40 * 2**20
_BYTES_PER_TOKEN_OF_VOCABULARY = 256
_BYTES_PER_KV_VALUE = {"f32": 4.0, "f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory that a model could live in. `name` is `memory` or the GPU's."""

    name: str
    free_bytes: int
    is_gpu: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What a model needs, term by term, beside what there is."""

    weights_bytes: int
    repacked_bytes: int  # weights that the engine keeps a rearranged copy of
    kv_bytes_per_slot: int
    slots: int
    context_length: int
    compute_bytes: int
    engine_bytes: int  # the process, its vocabulary, its cache of prompts
    memory: Memory

    @property
    def need_bytes(self) -> int:
        """All terms together."""
        return (
            self.weights_bytes
            + self.repacked_bytes
            + self.kv_bytes_per_slot * self.slots
            + self.compute_bytes
            + self.engine_bytes
        )

    @property
    def fits(self) -> bool:
        """Whether the need is within what is free."""
        return self.need_bytes <= self.memory.free_bytes

    @property
    def sentence(self) -> str:
        """The sum and its outcome on one line."""
        terms = [f"weights {gib(self.weights_bytes)}"]
        if self.repacked_bytes:
            terms.append(f"repacked {gib(self.repacked_bytes)}")
        terms.append(f"KV {self.slots} x {gib(self.kv_bytes_per_slot)}")
        terms.append(f"compute {gib(self.compute_bytes)}")
        terms.append(f"engine {gib(self.engine_bytes)}")
        free = f"{gib(self.memory.free_bytes)} free {self.memory.name}"
        outcome = "fits" if self.fits else "does not fit"
        return f"{' + '.join(terms)} = {gib(self.need_bytes)} of {free}: {outcome}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The same, a term a line, with what each is made of."""
        tokens = f"{self.context_length:,} tokens"
        return (
            f"weights   {gib(self.weights_bytes):>10}  the tensors in the file",
            f"repacked  {gib(self.repacked_bytes):>10}  a copy arranged for this CPU",
            f"KV cache  {gib(self.kv_bytes_per_slot * self.slots):>10}  "
            f"{self.slots} slots x {gib(self.kv_bytes_per_slot)} of {tokens} each",
            f"compute   {gib(self.compute_bytes):>10}  working space of one batch",
            f"engine    {gib(self.engine_bytes):>10}  the process and cached prompts",
            f"needed    {gib(self.need_bytes):>10}",
            f"free      {gib(self.memory.free_bytes):>10}  {self.memory.name}: "
            f"{'it fits' if self.fits else 'it does not fit'}",
        )


def estimate(
    header: GgufHeader,
    *,
    context_length: int,
    slots: int,
    memory: Memory,
    kv_type: str = "f16",
    cache_ram_mib: int = CACHE_RAM_MIB,
) -> Fit:
    """The memory that the embedded engine will need at most.

    Measured with xllamacpp 2026.10 on x86-64 with AVX2, as the child's largest
    resident size without its cache of prompts, 1 thread:

    - SmolLM2-135M Q4_1, 4 x 2,048 tokens: 357 MiB, 348 estimated; 4 x 8,192: 883 and
      912;
    - Qwen2.5-Coder-1.5B Q4_K_M, 1 x 1,024: 1,791 MiB, 1,836 estimated; 4 x 4,096:
      2,246 and 2,271.

    On a GPU nothing was measured: the same terms without the rearranged copy.
    """
    pool = context_length * slots
    n_ff = header.n_ff or 4 * header.n_embd
    activations = _BATCH_TOKENS * 4 * (3 * n_ff + 7 * header.n_embd)
    mask = _BATCH_TOKENS * 2 * pool
    vocabulary = header.n_vocab * _BYTES_PER_TOKEN_OF_VOCABULARY
    return Fit(
        weights_bytes=header.tensor_bytes,
        repacked_bytes=0 if memory.is_gpu else header.repacked_bytes,
        kv_bytes_per_slot=kv_bytes(header, context_length, kv_type),
        slots=slots,
        context_length=context_length,
        compute_bytes=activations + mask,
        engine_bytes=_PROCESS_BYTES + vocabulary + cache_ram_mib * 2**20,
        memory=memory,
    )


def kv_bytes(header: GgufHeader, context_length: int, kv_type: str = "f16") -> int:
    """Keys and values of one full context, over all layers."""
    per_token = header.kv_heads * (header.key_length + header.value_length)
    return int(context_length * per_token * _BYTES_PER_KV_VALUE[kv_type])


def largest_fit(
    header: GgufHeader, *, context_length: int, slots: int, memory: Memory
) -> Fit:
    """The wanted size if it fits, else fewer slots, then a shorter context.

    If even one slot of `MIN_CONTEXT_LENGTH` tokens does not fit, that is what is
    given, and its `fits` is False.
    """
    wanted = estimate(header, context_length=context_length, slots=slots, memory=memory)
    while not wanted.fits and (slots > 1 or context_length > MIN_CONTEXT_LENGTH):
        if slots > 1:
            slots -= 1
        else:
            context_length = max(MIN_CONTEXT_LENGTH, context_length // 2)
        wanted = estimate(
            header, context_length=context_length, slots=slots, memory=memory
        )
    return wanted


def main_memory(meminfo: Path = Path("/proc/meminfo")) -> Memory:
    """What a new process can have: the kernel's estimate, or a container's if less."""
    free = _mem_available(meminfo)
    room = memory_room()
    memory = Memory(name="memory", free_bytes=free)
    if room is not None and room < free:
        return replace(memory, name="memory (container limit)", free_bytes=room)
    return memory


def gpu_memories() -> tuple[Memory, ...]:
    """The NVIDIA GPUs that `nvidia-smi` shows; empty without it."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    query = ["--query-gpu=name,memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            [program, *query], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_gpus(done.stdout) if done.returncode == 0 else ()


def parse_gpus(text: str) -> tuple[Memory, ...]:
    """Read `name, free MiB` lines; lines of another form are passed over.

    >>> parse_gpus("NVIDIA H200, 1024")[0].free_bytes == 2**30
    True
    """
    memories = []
    for line in text.splitlines():
        before, _, after = line.rpartition(",")
        name, free = before.strip(), after.strip()
        if name and free.isdigit():
            memories.append(
                Memory(name=name, free_bytes=int(free) * 2**20, is_gpu=True)
            )
    return tuple(memories)


def _mem_available(meminfo: Path) -> int:
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0
