from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from assay.models.cgroups import cpu_quota, memory_room
from assay.models.fit import (
    Memory,
    estimate,
    gpu_memories,
    kv_bytes,
    largest_fit,
    main_memory,
)
from assay.models.gguf import GgufHeader, read_header
from assay.models.processors import engine_threads
from models.small_model import about_process, ask, embedded, small_model
from models.tiny_gguf import tiny_gguf

MIB = 2**20


def header(folder: Path) -> GgufHeader:
    """The shape of Qwen2.5-Coder-1.5B."""
    path = folder / "tiny.gguf"
    path.write_bytes(tiny_gguf())
    return replace(
        read_header(path),
        n_layers=28,
        n_embd=1536,
        n_ff=8960,
        kv_heads=56,
        key_length=128,
        value_length=128,
        n_vocab=151_936,
        tensor_bytes=1060 * MIB,
        repacked_bytes=596 * MIB,
    )


def room(n_mib: int) -> Memory:
    return Memory(name="memory", free_bytes=n_mib * MIB)


def test_the_sum_is_of_the_terms_that_are_shown(tmp_path: Path) -> None:
    fit = estimate(header(tmp_path), context_length=4096, slots=4, memory=room(20_000))
    assert fit.kv_bytes_per_slot == 28 * 2 * 256 * 2 * 4096 == 112 * MIB
    assert fit.need_bytes == (
        (1060 + 596 + 4 * 112) * MIB + fit.compute_bytes + fit.engine_bytes
    )
    assert fit.fits
    assert fit.sentence.startswith(
        "weights 1.04 GiB + repacked 0.58 GiB + KV 4 x 0.11 GiB + compute "
    )
    assert fit.sentence.endswith("of 19.53 GiB free memory: fits")
    assert any("4 slots x 0.11 GiB of 4,096 tokens each" in line for line in fit.lines)


def test_what_is_free_decides_to_the_byte(tmp_path: Path) -> None:
    shape = header(tmp_path)
    need = estimate(shape, context_length=4096, slots=4, memory=room(0)).need_bytes
    for free, fits in ((need, True), (need - 1, False)):
        memory = Memory(name="memory", free_bytes=free)
        fit = estimate(shape, context_length=4096, slots=4, memory=memory)
        assert fit.fits is fits
        assert fit.sentence.endswith(": fits" if fits else ": does not fit")


def test_a_gpu_holds_no_rearranged_copy(tmp_path: Path) -> None:
    gpu = Memory(name="GPU", free_bytes=0, is_gpu=True)
    fit = estimate(header(tmp_path), context_length=4096, slots=4, memory=gpu)
    assert fit.repacked_bytes == 0
    assert "repacked" not in fit.sentence


def test_slots_are_given_up_before_the_context(tmp_path: Path) -> None:
    shape = header(tmp_path)
    fit = largest_fit(shape, context_length=4096, slots=8, memory=room(2500))
    assert fit.fits
    assert fit.context_length == 4096
    assert 1 <= fit.slots < 8
    tight = largest_fit(shape, context_length=32_768, slots=8, memory=room(2400))
    assert tight.fits
    assert tight.slots == 1
    assert 1024 <= tight.context_length < 32_768


def test_what_can_never_fit_is_said_at_its_smallest(tmp_path: Path) -> None:
    fit = largest_fit(header(tmp_path), context_length=4096, slots=4, memory=room(100))
    assert (fit.slots, fit.context_length, fit.fits) == (1, 1024, False)


def test_a_smaller_cache_type_needs_less(tmp_path: Path) -> None:
    shape = header(tmp_path)
    assert kv_bytes(shape, 1024, "q8_0") * 32 == kv_bytes(shape, 1024, "f16") * 17


def test_this_computer_has_memory_and_processors() -> None:
    assert main_memory().free_bytes > 0
    assert engine_threads() >= 1
    assert all(gpu.is_gpu for gpu in gpu_memories())


@pytest.mark.engine
def test_the_estimate_is_near_what_the_engine_takes(tmp_path: Path) -> None:
    async def main() -> int:
        async with embedded(tmp_path, context_length=2048, slots=4) as model:
            await model.generate(ask("word " * 200))
            status = about_process(model, "status").decode()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024

    fit = estimate(
        read_header(small_model().path),
        context_length=2048,
        slots=4,
        memory=main_memory(),
        cache_ram_mib=0,
    )
    taken = anyio.run(main)
    assert 0.8 * taken < fit.need_bytes < 1.25 * taken, (fit.sentence, taken // MIB)


def cgroup_file(folder: Path, text: str) -> Path:
    path = folder / "own"
    path.write_text(text)
    return path


def test_the_tightest_limit_of_a_container_counts(tmp_path: Path) -> None:
    own = cgroup_file(tmp_path, "0::/outer/inner\n")
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner / "cpu.max").write_text("150000 100000\n")
    (tmp_path / "outer" / "memory.max").write_text("1000000\n")
    (tmp_path / "outer" / "memory.stat").write_text("file 900000\nanon 400000\n")
    assert memory_room(tmp_path, own) == 600_000, "the page cache gives way"
    assert cpu_quota(tmp_path, own) == 1.5


def test_the_older_kind_of_limits_is_read_too(tmp_path: Path) -> None:
    own = cgroup_file(tmp_path, "4:memory:/box\n1:cpu,cpuacct:/box\n0::/\n")
    for name in ("memory", "cpu"):
        (tmp_path / name / "box").mkdir(parents=True)
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text(str(2**63 - 4096))
    (tmp_path / "memory" / "box" / "memory.limit_in_bytes").write_text("5000\n")
    (tmp_path / "cpu" / "box" / "cpu.cfs_quota_us").write_text("200000\n")
    (tmp_path / "cpu" / "box" / "cpu.cfs_period_us").write_text("100000\n")
    assert memory_room(tmp_path, own) == 5000
    assert cpu_quota(tmp_path, own) == 2.0


def test_without_limits_there_is_none(tmp_path: Path) -> None:
    assert memory_room(tmp_path, tmp_path / "none") is None
    assert cpu_quota(tmp_path, tmp_path / "none") is None
