from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from assay.errors import DownloadError, ModelUnavailable, UsageError
from assay.models.store import ModelStore
from models.tiny_gguf import filler, tiny_gguf


def store_in(folder: Path) -> ModelStore:
    return ModelStore(folder / "models")


def own_file(folder: Path, name: str = "mine.gguf", data: bytes | None = None) -> Path:
    path = folder / name
    path.write_bytes(tiny_gguf() if data is None else data)
    return path


def change_unseen(path: Path) -> None:
    """Change a byte and put the time of change back."""
    found = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 255
    path.write_bytes(data)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_an_empty_store_has_no_models_and_makes_no_folder(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert store.list() == ()
    assert not store.root.exists()


def test_a_known_model_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    words = "model 'smollm2-135m' is not here; assay model pull smollm2-135m"
    with pytest.raises(ModelUnavailable, match=words):
        store_in(tmp_path).resolve("smollm2-135m")


def test_an_unknown_name_suggests_a_model_of_the_user(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.add(own_file(tmp_path), "house-model")
    with pytest.raises(ModelUnavailable, match="did you mean 'house-model'"):
        store.resolve("hous-model")


def test_an_added_file_is_used_where_it_lies(tmp_path: Path) -> None:
    store, path = store_in(tmp_path), own_file(tmp_path)
    added = store.add(path)
    assert added.name == "mine"
    assert not added.owned
    assert store.resolve("mine").path == path
    assert store.resolve("mine").sha256 == sha256(path.read_bytes()).hexdigest()
    assert [model.name for model in store.list()] == ["mine"]
    assert list(store.root.glob("*.gguf")) == []


def test_a_path_is_a_model_without_being_registered(tmp_path: Path) -> None:
    store, path = store_in(tmp_path), own_file(tmp_path)
    model = store.resolve(str(path))
    assert (model.path, model.name) == (path, "mine")
    assert store.list() == ()
    change_unseen(path)
    assert store.resolve(str(path)).sha256 == model.sha256, "it was not read again"
    path.touch()
    assert store.resolve(str(path)).sha256 != model.sha256


def test_a_path_works_where_nothing_can_be_remembered(tmp_path: Path) -> None:
    path = own_file(tmp_path)
    store = ModelStore(path / "below-a-file")
    digest = sha256(path.read_bytes()).hexdigest()
    assert store.resolve(str(path)).sha256 == digest


def test_what_is_no_gguf_cannot_be_added(tmp_path: Path) -> None:
    path = own_file(tmp_path, data=b"<html>")
    with pytest.raises(ModelUnavailable, match="it starts with b'<htm'"):
        store_in(tmp_path).add(path)


@pytest.mark.parametrize("name", ["smollm2-135m", "taken"])
def test_a_name_in_use_is_not_given_to_another_file(name: str, tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.add(own_file(tmp_path), "taken")
    other = own_file(tmp_path, "other.gguf", filler(2000))
    with pytest.raises(UsageError, match="is taken; give this file another"):
        store.add(other, name)


@pytest.mark.parametrize("name", ["../evil", "", "a/b", ".hidden", "a b"])
def test_a_name_cannot_leave_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a model's name"):
        store_in(tmp_path).add(own_file(tmp_path), name)


def test_a_file_is_not_hashed_while_its_size_and_time_stand(tmp_path: Path) -> None:
    store, path = store_in(tmp_path), own_file(tmp_path)
    digest = store.add(path).sha256
    change_unseen(path)
    assert store.resolve("mine").sha256 == digest
    with pytest.raises(ModelUnavailable, match=f"not {digest}"):
        store.verify("mine")


def test_a_touched_file_is_hashed_once_and_remembered(tmp_path: Path) -> None:
    store, path = store_in(tmp_path), own_file(tmp_path)
    store.add(path)
    path.touch()
    assert "touched" in store.list()[0].fault
    store.resolve("mine")
    assert store.list()[0].fault == ""


def test_a_changed_file_is_refused_with_both_digests(tmp_path: Path) -> None:
    store, path = store_in(tmp_path), own_file(tmp_path)
    old = store.add(path).sha256
    path.write_bytes(filler(5000))
    new = sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ModelUnavailable, match=f"has sha256 {new}, not {old}"):
        store.resolve("mine")


def test_a_file_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    store, path = store_in(tmp_path), own_file(tmp_path)
    store.add(path)
    path.unlink()
    with pytest.raises(ModelUnavailable, match="its file is gone"):
        store.resolve("mine")


def test_removing_a_registration_leaves_the_users_file(tmp_path: Path) -> None:
    store, path = store_in(tmp_path), own_file(tmp_path)
    store.add(path)
    assert store.remove("mine") == (store.manifest_path("mine"),)
    assert path.is_file()
    assert store.list() == ()


def test_removing_an_owned_model_deletes_its_file_and_leftovers(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.prepare()
    own_file(store.root, "own.gguf")
    own_file(store.root, "own.partial")
    store.resolve("own")
    assert {path.name for path in store.remove("own")} == {
        "own.gguf",
        "own.json",
        "own.partial",
    }
    with pytest.raises(ModelUnavailable, match="'own' is not here"):
        store.remove("own")


def test_a_model_that_is_being_fetched_is_not_removed(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.prepare()
    own_file(store.root, "own.gguf")
    with store.try_lock("own") as held:
        assert held
        with pytest.raises(ModelUnavailable, match="being fetched"):
            store.remove("own")
    assert store.model_path("own").exists()


def test_a_file_put_into_the_folder_by_hand_is_taken_in(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.prepare()
    path = own_file(store.root, "carried.gguf")
    model = store.resolve("carried")
    assert (model.path, model.owned) == (path, True)
    assert store.get("carried") == model


def test_a_file_under_a_pinned_name_must_be_that_file(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.prepare()
    own_file(store.root, "smollm2-135m.gguf")
    with pytest.raises(ModelUnavailable, match="but 'smollm2-135m' is b179c952"):
        store.resolve("smollm2-135m")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 9}'])
def test_a_broken_manifest_is_as_none_at_all(text: str, tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.prepare()
    own_file(store.root, "own.gguf")
    store.manifest_path("own").write_text(text)
    assert store.resolve("own").sha256 == sha256(tiny_gguf()).hexdigest()


def test_the_folder_may_be_moved_with_its_models(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.prepare()
    own_file(store.root, "own.gguf")
    store.resolve("own")
    moved = ModelStore(store.root.rename(tmp_path / "elsewhere"))
    assert moved.resolve("own").path == moved.root / "own.gguf"
    assert json.loads(moved.manifest_path("own").read_text())["path"] == "own.gguf"


def test_a_folder_that_cannot_be_made_names_the_setting(tmp_path: Path) -> None:
    store = ModelStore(own_file(tmp_path) / "models")
    with pytest.raises(DownloadError) as raised:
        store.prepare()
    assert str(store.root) in str(raised.value)
    assert "--models-dir or ASSAY_MODELS_DIR" in str(raised.value)
