"""Model files on disk: which are here, which are whole, and whose they are.

A folder holds `NAME.gguf` beside `NAME.json`, its manifest. The manifest remembers the
digest with the size and the time of change it was seen at, so that a start does not
hash a gigabyte again. A manifest may also point at a user's own file, which is then
used where it lies and is never deleted.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assay.errors import DownloadError, ModelUnavailable, UsageError
from assay.models.catalog import catalog_names, find, unknown_model
from assay.models.digests import remembered_sha256, sha256_of
from assay.models.gguf import read_header
from assay.models.partial import MOVE_IT, disk_fault, write_atomically

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    """A model file that was whole when its digest was taken."""

    name: str
    path: Path
    sha256: str
    size_bytes: int
    mtime_ns: int
    source: str
    since: str  # when it came, ISO 8601
    owned: bool = True  # whether the store may delete it
    trust_on_first_use: bool = False  # the digest is the server's word, not ours

    @property
    def fault(self) -> str:
        """Why it cannot be used as it is; empty if nothing speaks against it."""
        try:
            found = self.path.stat()
        except OSError as error:
            return f"its file is gone ({error.strerror})"
        if found.st_size != self.size_bytes:
            return f"its file has {found.st_size:,} bytes, not {self.size_bytes:,}"
        if found.st_mtime_ns != self.mtime_ns:
            return "its file was touched since it was checked"
        return ""


class ModelStore:
    """The folder of model files. It is made when something is first put into it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def model_path(self, name: str) -> Path:
        """Where a model of that name lies or would lie."""
        return self.root / f"{_checked(name)}.gguf"

    def manifest_path(self, name: str) -> Path:
        """Where its manifest lies or would lie."""
        return self.root / f"{_checked(name)}.json"

    def prepare(self) -> None:
        """Make the folder and see that it can be written to.

        Raises:
            DownloadError: it cannot; the message names the setting that moves it.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            raise DownloadError(
                f"cannot write to the models folder {str(self.root)!r} "
                f"({error.strerror}); {MOVE_IT}"
            ) from error

    @contextmanager
    def try_lock(self, name: str) -> Iterator[bool]:
        """Hold the lock of a name, or not: the value says which. Ends with a kill."""
        path = self.root / f".{_checked(name)}.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise disk_fault(error, path) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(descriptor)

    def get(self, name: str) -> StoredModel | None:
        """The model of that very name as its manifest has it, or None."""
        if not _NAME.fullmatch(name):
            return None
        model = self._read_manifest(name)
        if model is not None and (model.path.exists() or not model.owned):
            return model
        return None

    def list(self) -> tuple[StoredModel, ...]:
        """All models with a manifest, by name. Ask each for its `fault`."""
        names = sorted(path.stem for path in self.root.glob("*.json"))
        models = (self.get(name) for name in names if not name.endswith(".partial"))
        return tuple(model for model in models if model is not None)

    def resolve(self, name_or_path: str) -> StoredModel:
        """The file of a stored name or a path, with a digest that holds now.

        A file is hashed only if its size or time of change is new.

        Raises:
            ModelUnavailable: it is not here, or not the file it was.
        """
        model = self.get(name_or_path)
        if model is not None:
            return model if not model.fault else self.verify(name_or_path)
        if _NAME.fullmatch(name_or_path) and self.model_path(name_or_path).is_file():
            return self._adopt(name_or_path)
        if _looks_like_path(name_or_path):
            return self._by_path(Path(name_or_path).expanduser())
        if find(name_or_path) is not None:
            raise ModelUnavailable(
                f"model {name_or_path!r} is not here; assay model pull {name_or_path}"
            )
        known = (*catalog_names(), *(model.name for model in self.list()))
        raise ModelUnavailable(unknown_model(name_or_path, known))

    def path(self, name_or_path: str) -> Path:
        """The path of a model that is ready. Raises as `resolve` does."""
        return self.resolve(name_or_path).path

    def add(self, path: Path, name: str | None = None) -> StoredModel:
        """Register a GGUF file of the user's own, where it lies.

        Raises:
            ModelUnavailable: it is not a whole GGUF file.
            UsageError: the name is taken or not a name.
            DownloadError: the folder cannot be written to.
        """
        path = path.expanduser().absolute()
        read_header(path)
        name = _checked(name if name is not None else path.stem)
        taken = self.get(name)
        if find(name) is not None or (taken is not None and taken.path != path):
            raise UsageError(
                f"the name {name!r} is taken; give this file another with --name"
            )
        self.prepare()
        return self.remember(_hashed(name, path, source=str(path), owned=False))

    def remember(self, model: StoredModel) -> StoredModel:
        """Write a model's manifest."""
        manifest = asdict(model) | {"format": 1, "path": str(model.path)}
        if model.owned:
            manifest["path"] = model.path.name  # so that the folder may be moved
        target = self.manifest_path(model.name)
        try:
            write_atomically(target, json.dumps(manifest, indent=1).encode())
        except OSError as error:
            raise disk_fault(error, target) from error
        return model

    def verify(
        self, name: str, on_bytes: Callable[[int], None] = lambda done: None
    ) -> StoredModel:
        """Hash a stored model's file again and compare.

        Raises:
            ModelUnavailable: no such model, or its bytes are not what they were.
        """
        model = self.get(name)
        if model is None:
            return self.resolve(name)
        if not model.path.is_file():
            raise ModelUnavailable(
                f"model {name!r}: {model.fault} at {str(model.path)!r}; {_again(model)}"
            )
        found = model.path.stat()
        digest = sha256_of(model.path, on_bytes)
        if digest != model.sha256:
            raise ModelUnavailable(
                f"model {name!r} has sha256 {digest}, not {model.sha256} as when it "
                f"came; {_again(model)}"
            )
        if found.st_mtime_ns != model.mtime_ns:
            model = replace(model, mtime_ns=found.st_mtime_ns)
            with suppress(DownloadError):  # a read-only folder: hash again next time
                self.remember(model)
        return model

    def remove(self, name: str) -> tuple[Path, ...]:
        """Forget a model and delete what the store owns of it; the paths deleted.

        Raises:
            ModelUnavailable: nothing of that name is here, or it is being fetched.
        """
        known = self.get(name)
        paths = [self.root / f"{_checked(name)}.partial{end}" for end in ("", ".json")]
        paths.append(self.manifest_path(name))
        if known is None or known.owned:
            paths.append(self.model_path(name))
        present = [path for path in paths if path.exists()]
        if not present:
            raise ModelUnavailable(f"model {name!r} is not here")
        with self.try_lock(name) as locked:
            if not locked:
                raise ModelUnavailable(
                    f"model {name!r} is being fetched by another process; stop that "
                    "one first"
                )
            try:
                for path in present:
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise disk_fault(error, path) from error
        return tuple(present)

    def _read_manifest(self, name: str) -> StoredModel | None:
        try:
            found = json.loads(self.manifest_path(name).read_bytes())
            if found.pop("format") != 1:
                return None
            found["path"] = self.root / found["path"]
            found["name"] = name
            return StoredModel(**found)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None  # as if it had none: the file is hashed and written anew

    def _adopt(self, name: str) -> StoredModel:
        """Take in a file that lies under a model's name without a manifest."""
        path, entry = self.model_path(name), find(name)
        read_header(path)
        model = _hashed(name, path, source="found in the folder", owned=True)
        if entry is not None and entry.sha256 not in (None, model.sha256):
            raise ModelUnavailable(
                f"{str(path)!r} has sha256 {model.sha256}, but {name!r} is "
                f"{entry.sha256}; delete it and: assay model pull {name}"
            )
        with suppress(DownloadError):
            self.remember(model)
        return model

    def _by_path(self, path: Path) -> StoredModel:
        read_header(path)
        path = path.absolute()
        for model in self.list():
            if model.path == path and not model.fault:
                return model
        found = path.stat()
        return StoredModel(
            name=path.stem,
            path=path,
            sha256=remembered_sha256(path, self.root / ".digests.json"),
            size_bytes=found.st_size,
            mtime_ns=found.st_mtime_ns,
            source=str(path),
            since=now(),
            owned=False,
        )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a model's name; letters, digits, '.', '_' and '-' only"
        )
    return name


def _looks_like_path(text: str) -> bool:
    return "/" in text or text.endswith(".gguf") or text.startswith("~")


def _again(model: StoredModel) -> str:
    if model.owned:
        return f"assay model rm {model.name} and assay model pull {model.name}"
    return f"assay model add {model.path} registers it as it is now"


def _hashed(name: str, path: Path, *, source: str, owned: bool) -> StoredModel:
    found = path.stat()
    return StoredModel(
        name=name,
        path=path,
        sha256=sha256_of(path),
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        source=source,
        since=now(),
        owned=owned,
    )


def now() -> str:
    """The time as manifests have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
