"""Pictures: only pictures, drawn anew, seen by who has a fresh link."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from PIL import Image
from sqlalchemy import update

from bot.gateway.store import tables as t
from bot.gateway.turns.uploads import NotAPicture
from tests.gateway.conftest import TALK, Desk


def drawn(kind: str, size: tuple[int, int] = (60, 30), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 10, 10)).save(out, kind, **more)
    return out.getvalue()


def asked(link: str) -> tuple[str, int, str]:
    """Upload, end and signature of a link."""
    at = urlparse(link)
    query = parse_qs(at.query)
    return Path(at.path).name, int(query["until"][0]), query["sig"][0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_kept_in_its_format_without_what_the_camera_wrote(desk: Desk, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera of somebody"
    upload = await desk.gateway.uploads.keep(
        TALK, drawn(kind, exif=exif.tobytes()) + b"<?php polyglot ?>", opens="web"
    )
    assert (upload.mime, upload.width, upload.height) == (f"image/{kind.lower()}", 30, 60), "turned upright"
    data = (desk.gateway.settings.upload_dir / upload.id).read_bytes()
    assert b"camera of somebody" not in data and b"php" not in data
    with Image.open(io.BytesIO(data)) as kept:
        assert (kept.format, kept.size, kept.info.get("exif")) == (kind, (30, 60), None)
    (row,) = await desk.rows(t.attachment)
    assert (row.id, row.conversation, row.mime, row.width, row.height) == (
        upload.id,
        TALK,
        upload.mime,
        30,
        60,
    )
    assert abs(row.created_at - desk.clock()) < 5


async def test_a_large_picture_is_made_smaller(desk: Desk) -> None:
    upload = await desk.gateway.uploads.keep(TALK, drawn("JPEG", (4096, 1024)), opens="web")
    assert (upload.width, upload.height) == (2048, 512)


@pytest.mark.parametrize("data", [b"", b"no picture", b"GIF89a", b"<svg/>", drawn("GIF"), drawn("PNG")[:60]])
async def test_what_is_no_picture_is_refused_and_leaves_nothing(desk: Desk, data: bytes) -> None:
    with pytest.raises(NotAPicture):
        await desk.gateway.uploads.keep(TALK, data, opens="web")
    assert await desk.rows(t.attachment) == []


async def test_a_picture_with_too_many_points_is_not_drawn(desk: Desk) -> None:
    with pytest.raises(NotAPicture):
        await desk.gateway.uploads.keep(TALK, drawn("PNG", (8000, 5001)), opens="web")


async def test_a_link_works_for_five_minutes_and_for_its_own_picture(desk: Desk) -> None:
    uploads = desk.gateway.uploads
    kept, other = [await uploads.keep(TALK, drawn("PNG"), opens="web") for _ in range(2)]
    name, until, sig = asked(uploads.link(kept.id))
    assert name == kept.id and 295 <= until - desk.clock() <= 300
    assert await uploads.find(name, until, sig) == (desk.gateway.settings.upload_dir / name, "image/png")
    assert await uploads.find(other.id, until, sig) is None
    assert await uploads.find(name, until + 60, sig) is None
    assert await uploads.find(name, until, sig[:-1] + "é") is None
    desk.clock.forward(301)
    assert await uploads.find(name, until, sig) is None
    gone, until, sig = asked(uploads.link("made-up"))
    assert await uploads.find(gone, until, sig) is None


async def test_files_are_removed_and_one_that_is_gone_is_no_trouble(desk: Desk) -> None:
    kept, other = [await desk.gateway.uploads.keep(TALK, drawn("PNG"), opens="web") for _ in range(2)]
    await desk.change(update(t.attachment).values(width=1))
    await desk.gateway.uploads.remove([kept.id, "made-up"])
    assert [path.name for path in desk.gateway.settings.upload_dir.iterdir()] == [other.id]
