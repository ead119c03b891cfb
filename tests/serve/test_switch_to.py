"""A front process is told of new versions: it serves the newest, however many come at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.serve.running import copied

from kg.errors import StageError
from kg.publish.store import open_read_only
from kg.publish.versions import Published, find_current, switch, write_commit
from kg.serve.serving import Serving
from kg.serve.workers.worker import Setup
from kg.settings import Project


def publish(project: Project, base: Published, name: str) -> str:
    """Make a version of commits with what the base holds, and the current one."""
    manifest = replace(base.manifest, version=name, base_version=base.manifest.version)
    store = open_read_only(base.path / "store")
    write_commit(project.build_dir, base, manifest, lambda target: store.backup(str(target)))
    switch(project.build_dir, name)
    return name


def served(
    project: Project, root: Path, test: Callable[[Serving, Published], Awaitable[None]]
) -> None:
    """Run a coroutine while a copy of the project is served that nobody writes to."""
    own = copied(project, root)

    async def run() -> None:
        base = find_current(own.build_dir)
        serving = Serving(own, base)
        async with serving.running():
            await test(serving, base)

    asyncio.run(run())


def test_versions_in_a_row(project: Project, tmp_path: Path) -> None:
    """Whoever waits for one of many versions has it or a later one; not each is opened."""

    async def test(serving: Serving, base: Published) -> None:
        opened: list[str] = []
        real = serving.pool.switch
        seen: list[str] = []
        serving.on_switch(lambda version: seen.append(version.manifest.version))

        async def counted(setup: Setup) -> None:
            opened.append(setup.version)
            await real(setup)

        serving.pool.switch = counted  # type: ignore[method-assign]
        waiting = []
        names = [f"20260101T0000{number}Z-c{number}-0" for number in range(10, 30)]
        for name in names:
            publish(serving.project, base, name)
            waiting.append(asyncio.create_task(serving.switch_to(name)))
            await asyncio.sleep(0)
        found = await asyncio.gather(*waiting)
        assert all(there >= name for there, name in zip(found, names, strict=True))
        assert serving.current().manifest.version == serving.pool.version == names[-1]
        assert opened == seen
        assert len(opened) < len(names)
        assert await serving.switch_to(names[-1]) == names[-1]
        assert opened == seen

    served(project, tmp_path / "own", test)


def test_who_asks_gives_up(project: Project, tmp_path: Path) -> None:
    """When who has asked for a switch does not wait for it, the next one comes through."""

    async def test(serving: Serving, base: Published) -> None:
        for number in range(10, 20):
            name = publish(serving.project, base, f"20260101T0000{number}Z-c{number}-0")
            asking = asyncio.create_task(serving.switch_to(name))
            await asyncio.sleep(0.001 * (number - 10))
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        assert await serving.switch_to(name) == name
        async with asyncio.timeout(60):
            while serving.pool.gauges()["idle"] != serving.options.limits.workers:
                await asyncio.sleep(0.02)

    served(project, tmp_path / "own", test)


def test_version_that_cannot_be_opened(project: Project, tmp_path: Path) -> None:
    """The error reaches who has asked; the old version stays."""

    async def test(serving: Serving, base: Published) -> None:
        name = publish(serving.project, base, "20260101T000010Z-c10-0")
        for each in (serving.project.build_dir / name / "store").iterdir():
            each.unlink()
        with pytest.raises(StageError):
            await serving.switch_to(name)
        assert serving.current().path == base.path

    served(project, tmp_path / "own", test)
