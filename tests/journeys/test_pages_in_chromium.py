"""The pages of the shop in a real browser: accessible, narrow, still, and without JavaScript."""

from dataclasses import asdict

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.models import Look, LookItem
from recommender.strips import photo as photo_selector
from recommender.strips import photo_garments
from recommender.testing import activate_fake_checkpoints, fake_features, photo, work_off

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SMALLEST, PHONE, DESKTOP = 320, 390, 1280
COLOURS = ["crimson", "red", "tomato", "orange", "navy", "blue", "teal", "green"]
# What a machine has for fonts is not known: narrow letters, and wider ones than any.
LETTERS = {
    "as installed": "/* */",
    "narrow": "* { font-family: 'Liberation Sans Narrow', sans-serif !important; }",
    "wide": "* { font-family: monospace !important; letter-spacing: 0.04em !important; }",
}
PAGES = ["home", "category", "product", "sold out", "photo", "result", "missing"]
PAGES += ["search", "basket", "checkout"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SHIFT = """() => new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => { for (const shift of list.getEntries()) sum += shift.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => resolve(sum), 500);
})"""


@pytest.fixture(scope="module")
def browser():
    """Chromium, driven by Playwright's sync API: its event loop in this thread alarms Django."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, live_server):
    """Open a page of the shop at a width."""
    contexts = []

    def open_at(width, address="/", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=live_server.url, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.goto(address)
        return page

    said = []
    yield open_at
    for context in contexts:
        context.close()
    assert [line for line in said if "Content Security Policy" in line] == []


@pytest.fixture
def shop(redis_url, monkeypatch, settings):
    """Eight tops and three skirts that a worker has seen, one top sold out, and a look."""
    # Boxes of one shape and nearly one colour are not to collapse into one design.
    settings.RECOMMENDER = settings.RECOMMENDER | {"COLLAPSE_DUPLICATES": False}
    activate_fake_checkpoints()
    tops = Category.objects.create(name="Tops", slug="tops", slot="TOP")
    skirts = Category.objects.create(name="Skirts", slug="skirts", slot="BOTTOM")
    for colour in COLOURS:
        _sell(f"{colour} top".capitalize(), tops, colour)
    for colour in COLOURS[:3]:
        _sell(f"{colour} skirt".capitalize(), skirts, colour)
    _picture(Product.objects.get(title="Crimson top"), "crimson", shape="circle", position=1)
    Product.objects.filter(title="Green top").update(stock=0)
    look = Look.objects.create(title="Sunday")
    for product in Product.objects.filter(title__startswith="Red") | tops.products.all()[:2]:
        LookItem.objects.create(look=look, product=product)
    work_off()
    monkeypatch.setattr(
        photo_garments, "ask_garment_features", lambda jpeg: seen(jpeg) | {"boxes": boxes_in(jpeg)}
    )
    monkeypatch.setattr(photo_selector, "ask_photo_features", seen)


def seen(jpeg):
    return asdict(fake_features(jpeg))


def boxes_in(jpeg):
    """A jacket above a skirt, as a worker would find them."""
    found = [("jacket", "OUTERWEAR", 0.92, 0.05, 0.45), ("skirt", "BOTTOM", 0.81, 0.55, 0.4)]
    return [
        seen(jpeg)
        | {"category": category, "slot": slot, "category_confidence": sure, "slot_confidence": sure}
        | {"x": 0.1, "y": y, "width": 0.8, "height": height}
        for category, slot, sure, y, height in found
    ]


def _sell(title, category, colour):
    product = Product.objects.create(
        **{"sku": title, "title": title, "category": category, "price": 40, "stock": 5},
        **{"colour": colour, "sizes": "S M L", "design": "" if colour == "navy" else colour},
    )
    _picture(product, colour)


def _picture(product, colour, *, shape="box", **fields):
    file = clean_picture(photo(colour, shape=shape, size=(300, 400)))
    ProductPicture.objects.create(product=product, file=file, **fields)


def show(page, name):
    """Bring one of `PAGES` up."""
    product = {"product": "Crimson top", "sold out": "Green top"}.get(name)
    address = {
        "home": "/",
        "category": reverse("category", args=["tops"]),
        "missing": "/nothing/here/",
        "search": "/search/?q=spoon",
        "basket": reverse("basket"),
        "checkout": reverse("checkout"),
    }
    if name in {"basket", "checkout"}:
        show(page, "product")
        page.locator(".buy input").first.check()
        page.locator(".buy button").click()
    if product:
        page.goto(Product.objects.get(title=product).get_absolute_url())
    else:
        page.goto(address.get(name, reverse("photo-search")))
    if name == "result":
        send_photo(page, photo())
        page.wait_for_url("**/search/photo/?seen=*")


def send_photo(page, data):
    page.get_by_label("Choose a picture").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": data}
    )
    page.get_by_role("button", name="Find what looks like it").click()


def read_from_the_left(page):
    page.evaluate("document.documentElement.dir = 'ltr'")


def read_from_the_right(page):
    page.evaluate("document.documentElement.dir = 'rtl'")


def overflow(page):
    """By how many pixels the page is wider than the window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")])
def test_axe_has_nothing_to_say_about_any_page(shop, open_page, width, scheme):
    page = open_page(width, color_scheme=scheme)

    for name in PAGES:
        show(page, name)
        report = Axe().run(page)
        assert report.violations_count == 0, f"{name}: {report.generate_report()}"


@pytest.mark.parametrize("letters", LETTERS)
def test_no_page_is_wider_than_the_smallest_phone_in_either_direction(shop, open_page, letters):
    page = open_page(SMALLEST, bypass_csp=True)

    for name in PAGES:
        show(page, name)
        page.add_style_tag(content=LETTERS[letters])
        assert overflow(page) == 0, name
        read_from_the_right(page)
        assert overflow(page) == 0, f"{name}, right to left"


def test_without_javascript_strips_are_there_and_their_links_work(shop, open_page):
    page = open_page(PHONE, java_script_enabled=False)
    show(page, "product")

    partners = page.get_by_role("region", name="Goes well with")
    expect(partners.get_by_role("link")).to_have_count(2)
    page.get_by_role("region", name="More like this").get_by_role("link").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Red top")


def test_without_javascript_a_photo_finds_products_and_menu_and_filters_open(shop, open_page):
    page = open_page(PHONE, reverse("photo-search"), java_script_enabled=False)

    send_photo(page, photo())
    expect(page.get_by_role("heading", level=1)).to_have_text("What looks like your photo")

    page.get_by_text("Shop", exact=True).click()
    page.get_by_role("link", name="Tops", exact=True).first.click()
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Colour").select_option("navy")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 product", exact=True)).to_be_visible()


def test_a_photo_that_cannot_be_read_is_answered_where_one_looks(shop, open_page):
    page = open_page(PHONE, reverse("photo-search"))

    send_photo(page, b"not a picture")

    expect(page.get_by_role("alert")).to_contain_text("This is not a picture we can read")


def test_nothing_moves_while_a_product_page_loads(shop, open_page):
    for width in (PHONE, DESKTOP):
        page = open_page(width)
        show(page, "product")

        assert page.evaluate(SHIFT) == 0


@pytest.mark.parametrize("turn", [read_from_the_left, read_from_the_right])
def test_next_and_previous_move_a_strip_and_say_where_it_is(shop, open_page, turn):
    page = open_page(PHONE, reduced_motion="reduce")
    show(page, "product")
    turn(page)
    strip = page.get_by_role("region", name="More like this")
    forward = strip.get_by_role("button", name="Next")

    forward.focus()
    page.keyboard.press("Enter")

    expect(strip.locator("[aria-live]")).to_have_text("Products 3 to 4 of 6")
    strip.get_by_role("button", name="Previous").click()
    expect(strip.locator("[aria-live]")).to_have_text("Products 1 to 2 of 6")


def test_a_strip_that_fits_has_no_buttons(shop, open_page):
    page = open_page(DESKTOP)
    show(page, "product")

    strip = page.get_by_role("region", name="Goes well with")

    expect(strip.get_by_role("button")).to_have_count(0)


def test_the_pieces_lie_on_the_photo_as_buttons_that_a_finger_can_hit(shop, open_page):
    page = open_page(PHONE, reverse("photo-search"))
    send_photo(page, photo(size=(300, 400)))

    box = page.get_by_role("button", name="Skirt, 81 %")
    place, image = box.bounding_box(), page.get_by_alt_text("Your photo").bounding_box()
    assert place["y"] == pytest.approx(image["y"] + 0.55 * image["height"], abs=2)
    assert min(place["width"], place["height"]) >= 24
    box.click()

    expect(page.get_by_role("button", name="Skirt, 81 %")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="Bottom")).to_have_attribute("aria-current", "true")
    expect(page.get_by_alt_text("Your photo")).to_be_visible()


def test_arrow_keys_move_and_resize_the_part_that_is_searched(shop, open_page):
    page = open_page(DESKTOP, reverse("photo-search"))
    send_photo(page, photo(size=(300, 400)))

    page.get_by_role("button", name="Choose a part yourself").press("Enter")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    told = page.locator(".pieces__status")
    expect(told).to_have_text("22 % from the left, 24 % from the top, 58 % wide, 60 % high")
    page.get_by_role("button", name="Search this part").press("Enter")

    expect(page.get_by_role("button", name="T-shirt, 90 %")).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.get_by_role("button", name="Jacket, 92 %")).to_be_visible()


def test_without_javascript_the_pieces_are_buttons_by_name(shop, open_page):
    page = open_page(PHONE, reverse("photo-search"), java_script_enabled=False)
    send_photo(page, photo())

    page.get_by_role("button", name="Skirt, 81 %").click()

    expect(page.get_by_text("We think it shows: skirt")).to_be_visible()


def test_without_javascript_one_searches_fills_the_basket_and_orders(shop, open_page):
    page = open_page(PHONE, java_script_enabled=False)
    page.get_by_label("Search the shop").fill("crimson")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Crimson top").click()
    page.get_by_role("radio", name="M").check()
    page.get_by_role("button", name="Add to basket", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("“Crimson top” is in your basket.")

    strip = page.get_by_role("region", name="Goes well with")
    strip.get_by_text("Add to basket").first.click()
    strip.get_by_role("button", name="S", exact=True).click()
    look = page.get_by_role("region", name="Complete the look")
    look.get_by_role("button", name="Add the look to the basket").click()
    for size in page.locator("select[aria-describedby]").all():
        size.select_option("L")
    page.get_by_role("button", name="To the checkout").click()

    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Address").fill("1 Silk Lane, Lyon")
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert Product.objects.get(title="Crimson top").stock == 4


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_without_javascript_a_size_is_chosen_for_a_look_and_kept_by_a_swap(shop, open_page, width):
    page = open_page(width, java_script_enabled=False)
    show(page, "product")
    look = page.get_by_role("region", name="Complete the look")

    look.get_by_label("Trouser or skirt size").select_option("M")
    look.get_by_role("button", name="Apply").click()
    look.get_by_role("link", name="Swap").first.click()

    expect(look.get_by_label("Trouser or skirt size")).to_have_value("M")
    expect(look.get_by_text("This piece")).to_be_visible()
    box = look.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("language", ["ar", "de"])
def test_long_words_and_joined_letters_fit_the_smallest_phone(shop, open_page, language):
    page = open_page(SMALLEST, locale=language)

    for name in [each for each in PAGES if each != "result"]:
        show(page, name)
        assert overflow(page) == 0, name
    show(page, "photo")
    send_photo_in_any_language(page)
    assert overflow(page) == 0
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")


def test_in_arabic_a_strip_begins_at_the_right_and_its_button_leads_left(shop, open_page):
    page = open_page(PHONE, locale="ar")
    show(page, "product")
    strip = page.locator(".recommender-strip").last
    first = strip.locator(".recommender-strip__item").first

    begin = first.bounding_box()
    strip.locator(".recommender-strip__button").last.click()

    assert begin["x"] + begin["width"] > PHONE * 0.8
    expect(strip.locator(".recommender-strip__status")).to_contain_text("المنتجات")
    assert first.bounding_box()["x"] > begin["x"]


def test_in_arabic_the_part_of_a_photo_is_counted_from_the_left(shop, open_page):
    page = open_page(PHONE, locale="ar")
    show(page, "photo")
    send_photo_in_any_language(page)
    page.locator(".pieces__actions button").first.click()
    crop = page.locator(".crop")

    before = crop.bounding_box()
    crop.press("ArrowRight")

    assert crop.bounding_box()["x"] > before["x"]
    expect(page.locator(".pieces__status")).to_contain_text("من اليسار")


def test_a_language_is_chosen_without_javascript(shop, open_page):
    page = open_page(PHONE, java_script_enabled=False)
    show(page, "product")

    page.get_by_label("Language").select_option("العربية")
    page.get_by_role("button", name="Choose").click()

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("heading", level=1)).to_have_text("Crimson top")


def send_photo_in_any_language(page):
    page.locator(".photo__form input[name=saved]").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.locator(".photo__form button").click()
    page.wait_for_url("**/search/photo/?seen=*")
