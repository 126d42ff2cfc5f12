"""An engine for recording alone: OpenVINO GenAI, which computes a large batch at once.

On two cores with AVX-512 it wrote three times as many tokens a second as llama.cpp
does. It reads GGUF files, but no Q5 tensors, so such a file is first written again
with 8 bits a weight. Its recordings are another model's: the identity names the engine
in the place of the file's digest.

    pip install openvino-genai gguf
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import threading
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assay.models.context import prompt_bound
from assay.models.fences import FenceScanner
from assay.types import (
    Completion,
    FinishReason,
    ModelIdentity,
    OnDelta,
    Request,
    Usage,
)

TOP_K, MIN_P = 40, 0.05  # what llama-server does where a request says nothing
CACHE_GIB = 4


@dataclass(slots=True)
class _Job:
    """One request in the batch, and what it wrote so far."""

    number: int
    request: Request
    begun: float = field(default_factory=time.monotonic)
    prompt_tokens: int = 0
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    scanner: FenceScanner = field(default_factory=FenceScanner)
    scanned: int = 0  # characters that the scanner has seen


class BatchedModel:
    """A GGUF file behind a continuously batched engine. Use it in `async with`.

    The engine has a process of its own: it computes without letting go of Python's
    lock, so that nothing else in its process would get on.

    Args:
        name: The catalog's, for the identity.
        path: Without Q5 tensors; see `readable_file`.
        slots: Requests that are computed at once; others wait.
    """

    def __init__(self, name: str, path: Path, *, slots: int) -> None:
        engine = f"openvino-genai {version('openvino-genai')} of {path.name}"
        self.identity = ModelIdentity(name=name, engine=engine)
        context = multiprocessing.get_context("spawn")
        self._there, self._far_end = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(path, slots, self._far_end), daemon=True
        )
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Completion]] = {}

    async def __aenter__(self) -> Self:
        """Start the process that loads the file and computes."""
        self._process.start()
        self._far_end.close()  # so that its end is noticed here
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._hear, args=(loop,), daemon=True).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process; what it was at is lost."""
        self._process.kill()

    async def count_prompt_tokens(self, request: Request) -> int:
        """A bound; nothing here asks for the exact number."""
        return prompt_bound(request)

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Complete one request in the batch. `on_delta` is not called."""
        number = next(self._numbers)
        done: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
        self._waiting[number] = done
        self._there.send((number, request))
        return await done

    def _hear(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            try:
                number, completion = self._there.recv()
            except (EOFError, OSError):
                loop.call_soon_threadsafe(self._fail)
                return
            loop.call_soon_threadsafe(self._tell, number, completion)

    def _fail(self) -> None:
        for done in self._waiting.values():
            if not done.done():
                done.set_exception(RuntimeError("the engine's process has ended"))

    def _tell(self, number: int, completion: Completion) -> None:
        done = self._waiting.pop(number)
        if not done.done():
            done.set_result(completion)


def _serve(path: Path, slots: int, there: Connection) -> None:
    """Compute what comes, in one batch, until the process is ended."""
    pipeline = _pipeline(path, slots)
    tokenizer = pipeline.get_tokenizer()
    running: dict[Any, _Job] = {}
    while True:
        while not running or there.poll():
            number, request = there.recv()
            job = _Job(number=number, request=request)
            messages = [
                {"role": each.role, "content": each.content}
                for each in request.messages
            ]
            prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True)
            ids = tokenizer.encode(prompt, add_special_tokens=False).input_ids
            job.prompt_tokens = ids.shape[1]
            running[pipeline.add_request(number, ids, _settings(request))] = job
        pipeline.step()
        for handle, job in list(running.items()):
            if completion := _advance(handle, job, tokenizer):
                del running[handle]
                there.send((job.number, completion))


def _advance(handle: Any, job: _Job, tokenizer: Any) -> Completion | None:
    """Take what a step wrote of one request; its completion, if that is the end."""
    ended = None
    while ended is None and handle.can_read():
        for output in handle.read().values():
            job.ids += output.generated_ids
            job.logprobs += output.generated_log_probs
            if output.finish_reason.name != "NONE":
                ended = output.finish_reason.name
    text = None
    if job.request.stop_at_fence and job.ids and _breaks(tokenizer, job.ids[-1]):
        whole = tokenizer.decode(job.ids)
        keep = job.scanner.feed(whole[job.scanned :])
        job.scanned = len(whole)
        if keep is not None:
            text, ended = whole[:keep], "FENCE"
            handle.stop()
    if ended is None:
        return None
    if text is None:
        text = tokenizer.decode(job.ids)
    return Completion(
        text=text,
        finish_reason=FinishReason(ended.lower()),
        usage=Usage(prompt_tokens=job.prompt_tokens, completion_tokens=len(job.ids)),
        seconds=time.monotonic() - job.begun,
        logprobs=tuple(round(each, 2) for each in job.logprobs),
    )


_HAS_BREAK: dict[int, bool] = {}


def _breaks(tokenizer: Any, token: int) -> bool:
    if token not in _HAS_BREAK:
        _HAS_BREAK[token] = "\n" in tokenizer.decode([token])
    return _HAS_BREAK[token]


def _settings(request: Request) -> Any:
    import openvino_genai

    settings = openvino_genai.GenerationConfig()
    settings.max_new_tokens = request.max_tokens
    settings.apply_chat_template = False
    settings.logprobs = 1
    if request.temperature:
        settings.do_sample = True
        settings.temperature = request.temperature
        settings.top_p = request.top_p
        settings.top_k, settings.min_p = TOP_K, MIN_P
        settings.rng_seed = request.seed
    if request.stop:
        settings.stop_strings = set(request.stop)
    return settings


def _pipeline(path: Path, slots: int) -> Any:
    import openvino_genai

    scheduler = openvino_genai.SchedulerConfig()
    scheduler.cache_size = CACHE_GIB
    scheduler.max_num_batched_tokens = 2048
    scheduler.max_num_seqs = slots
    scheduler.enable_prefix_caching = True
    return openvino_genai.ContinuousBatchingPipeline(str(path), scheduler, "CPU", {})


def readable_file(source: Path, folder: Path) -> Path:
    """The file, or one with 8 bits a weight in `folder`, where it has Q5 tensors."""
    import gguf
    import numpy as np

    reader = gguf.GGUFReader(source)
    if not any(each.tensor_type.name.startswith("Q5") for each in reader.tensors):
        return source
    target = folder / f"{source.stem}-q8_0.gguf"
    if target.exists():
        return target
    kind = gguf.GGMLQuantizationType.Q8_0
    part = target.with_suffix(".part")
    writer = gguf.GGUFWriter(part, reader.get_field("general.architecture").contents())
    for key, found in reader.fields.items():
        if key == "general.file_type":
            writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
        elif not key.startswith("GGUF.") and key != "general.architecture":
            inner = found.types[-1] if len(found.types) > 1 else None
            writer.add_key_value(key, found.contents(), found.types[0], sub_type=inner)
    for tensor in reader.tensors:
        if tensor.tensor_type is gguf.GGMLQuantizationType.F32:
            writer.add_tensor(tensor.name, tensor.data)
            continue
        weights = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        packed = gguf.quants.quantize(weights.astype(np.float32), kind)
        writer.add_tensor(tensor.name, packed, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return part.rename(target)
