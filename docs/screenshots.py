"""Photograph every page of a running shop: `python docs/screenshots.py [--shop URL] [--out DIR]`.

Only ever publish pictures of the drawn demo catalogue.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTHS = {"phone": 390, "desktop": 1280}
HEIGHT = 900


def main() -> None:
    options = _parser().parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=ARGUMENTS)
        for device, width in WIDTHS.items():
            for name in photograph(browser, shop=options.shop, width=width, out=options.out):
                sys.stdout.write(f"{device} {name}\n")
        browser.close()


def photograph(browser: Browser, *, shop: str, width: int, out: Path) -> Iterator[str]:
    """Save a picture of each page at one width; yields the names as it goes."""
    device = next(name for name, pixels in WIDTHS.items() if pixels == width)
    page = browser.new_page(viewport={"width": width, "height": HEIGHT})
    for name, address in _pages(page, shop).items():
        page.goto(address)
        _load_everything(page)
        page.screenshot(path=out / f"{name}-{device}.jpg", full_page=True, quality=80, type="jpeg")
        yield name
    page.close()


def _pages(page: Page, shop: str) -> dict[str, str]:
    """The address of one page of each kind, found by following the shop's own links."""
    page.goto(shop)
    category = page.locator(".tile").first.evaluate("link => link.href")
    product = page.locator(".look .recommender-card").first.evaluate("link => link.href")
    return {
        "home": shop,
        "category": category,
        "product": product,
        "photo": f"{shop}/search/photo/",
        "photo-results": _photo_results(page, shop),
        "not-found": f"{shop}/nothing-here/",
    }


def _photo_results(page: Page, shop: str) -> str:
    """Search with a picture of the shop's own; the form again where no worker runs."""
    picture = page.locator(".tile img").first.evaluate("image => image.src")
    photo = {
        "name": "photo.jpg",
        "mimeType": "image/jpeg",
        "buffer": page.request.get(picture).body(),
    }
    page.goto(f"{shop}/search/photo/")
    page.set_input_files("input[type=file]", photo)
    page.click(".photo__form button")
    return page.url


def _load_everything(page: Page) -> None:
    """Fetch the pictures below the fold too."""
    page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    page.evaluate("Promise.all([...document.images].map(image => image.decode()))")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", default="http://localhost:8000", help="address of a running shop")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "screenshots")
    parser.add_argument("--chromium", default=CHROMIUM)
    return parser


if __name__ == "__main__":
    main()
