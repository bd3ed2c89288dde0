"""The files that pages load: under names that hold their hash, so that browsers keep them for ever."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

FOLDER = Path(__file__).parents[1] / "static"
SERVED = ("*.css", "*.js", "*.svg")
FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter()


@dataclass(frozen=True)
class Asset:
    url: str
    content: bytes
    media_type: str

    @classmethod
    def of(cls, path: Path) -> Self:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:12]
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return cls(f"/static/{path.stem}.{digest}{path.suffix}", content, kind)


class Assets:
    """By file name, such as `style.css`, for the pages; by address for browsers."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.by_name = {path.name: Asset.of(path) for pattern in SERVED for path in sorted(folder.glob(pattern))}
        self.by_url = {asset.url: asset for asset in self.by_name.values()}

    def url(self, name: str) -> str:
        return self.by_name[name].url


@router.get("/static/{name}")
async def read_asset(name: str, request: Request) -> Response:
    assets: Assets = request.app.state.assets
    asset = assets.by_url.get(f"/static/{name}")
    if asset is None:
        raise HTTPException(404)
    return Response(asset.content, media_type=asset.media_type, headers={"cache-control": FOR_EVER})
