"""A merchant uploads a photo in a real browser and sees what shoppers are shown for it."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.testing import photo

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 360, "height": 740}

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser():
    """Chromium, driven by Playwright's sync API: its event loop in this thread alarms Django."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def viewport():
    return {"width": 1280, "height": 900}


@pytest.fixture
def page(browser, live_server, viewport):
    context = browser.new_context(viewport=viewport, base_url=live_server.url)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: _is_forbidden(said.text) and page.errors.append(said.text))
    yield page
    context.close()
    assert page.errors == []


def _is_forbidden(text: str) -> bool:
    return "Content Security Policy" in text


@pytest.fixture
def shop(wait_for_work):
    """A small shop with a dress and two bags that a worker has seen already."""
    dresses = Category.objects.create(name="Dresses", slug="dresses", slot="DRESS")
    bags = Category.objects.create(name="Bags", slug="bags", slot="BAG")
    for title, category, colour in [
        ("Crimson dress", dresses, "crimson"),
        ("Red bag", bags, "red"),
        ("Navy bag", bags, "navy"),
    ]:
        product = Product.objects.create(
            sku=title, title=title, category=category, price=40, stock=2
        )
        ProductPicture.objects.create(product=product, file=clean_picture(photo(colour)))
    wait_for_work()


def log_in(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("3 pictures ready.")).to_be_visible()


def upload_dress(page: Page, *photos: bytes) -> Product:
    page.goto("/admin/fashionshop/product/add/")
    page.get_by_label("Title").fill("Tomato dress")
    page.get_by_label("Category").select_option("Dresses")
    page.get_by_label("Price").fill("59.00")
    files = [
        {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": data}
        for number, data in enumerate(photos)
    ]
    page.get_by_label("Add pictures").set_input_files(files)
    expect(page.locator(".shop-chosen img")).to_have_count(len(photos))
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    return Product.objects.get(title="Tomato dress")


def fits_the_screen(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.usefixtures("admin_user", "shop")
def test_a_photo_uploaded_in_the_admin_fills_both_strips_of_its_page(page):
    log_in(page)
    product = upload_dress(page, photo("tomato"))

    # The page follows the worker by itself, and shows the merchant what shoppers will see.
    expect(page.locator(".shop-picture .reco-ready")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("heading", name="Goes well with")).to_be_visible()

    page.get_by_label("Published").check()
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    page.goto(reverse("product", args=[product.pk]))
    goes_with = page.get_by_role("region", name="Goes well with")
    expect(goes_with.get_by_role("link", name=re.compile("bag")).first).to_be_visible()
    page.get_by_role("region", name="More like this").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Crimson dress")


@pytest.mark.usefixtures("admin_user", "shop")
def test_pictures_are_put_in_order_by_dragging(page):
    log_in(page)
    product = upload_dress(page, photo("tomato"), photo("gold"))
    gold = product.pictures.last()

    first, second = page.locator(".shop-picture").all()
    first.locator("img").drag_to(second.locator("img"))
    page.get_by_role("button", name="Save and continue editing").click()

    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert product.pictures.first() == gold


@pytest.mark.usefixtures("admin_user", "shop")
@pytest.mark.parametrize("viewport", [PHONE])
def test_every_page_of_the_merchant_fits_a_phone(page):
    product = Product.objects.first()
    log_in(page)

    for path in (
        "",
        "fashionshop/product/",
        "fashionshop/product/add/",
        f"fashionshop/product/{product.pk}/change/",
        "recommender/look/",
        "recommender/embeddingjob/",
    ):
        page.goto(f"/admin/{path}")
        assert fits_the_screen(page), path


@pytest.mark.usefixtures("admin_user", "shop")
def test_no_page_of_the_admin_or_of_the_api_needs_what_the_content_policy_forbids(page):
    log_in(page)
    index = [link.get_attribute("href") for link in page.locator("#content-main a").all()]
    product = Product.objects.first()
    others = [
        f"/admin/fashionshop/product/{product.pk}/change/",
        f"/admin/fashionshop/product/{product.pk}/inspect/?other={product.pk}&strip=similar",
        "/admin/password_change/",
    ]

    for path in [*index, *others]:
        page.goto(path)
    page.goto("/api/v1/docs")
    page.locator(".opblock-summary-control").first.click()

    expect(page.get_by_role("button", name="Try it out").first).to_be_visible()
    assert len(index) > 10
