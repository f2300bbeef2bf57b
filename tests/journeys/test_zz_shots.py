import pytest
from django.contrib.auth.models import User
from fashionshop.models import Product
from tests.journeys.test_pages_in_chromium import *  # noqa
from tests.journeys.test_pages_in_chromium import browser, open_page, shop  # noqa
for n in list(globals()):
    if n.startswith("test_"): del globals()[n]

def test_shots(shop, open_page, client):
    top = Product.objects.get(title="Crimson top"); red = Product.objects.get(title="Red top")
    admin = User.objects.create_superuser("admin", "a@b.c", "pw")
    client.force_login(admin)
    sid = client.cookies["sessionid"].value
    for width in (390, 1280):
        page = open_page(width, locale="ar")
        page.context.add_cookies([{"name": "sessionid", "value": sid, "url": page.url}])
        for name in ("home", "category", "product", "photo"):
            show(page, name)
            page.screenshot(path=f"/tmp/loc/ar-{name}-{width}.png", full_page=True)
        page.locator("input[type=file]").set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": photo()})
        page.locator(".photo__form button").click(); page.wait_for_url("**/search/photo/?seen=*")
        page.locator(".pieces__actions button").first.click()
        page.screenshot(path=f"/tmp/loc/ar-result-{width}.png", full_page=True)
        page.goto(f"/admin/fashionshop/product/{top.pk}/change/"); page.screenshot(path=f"/tmp/loc/ar-admin-{width}.png", full_page=True)
        page.goto(f"/admin/fashionshop/product/{top.pk}/inspect/?other={red.pk}&strip=SIMILAR"); page.screenshot(path=f"/tmp/loc/ar-inspect-{width}.png", full_page=True)
        page.goto("/admin/fashionshop/product/"); page.screenshot(path=f"/tmp/loc/ar-list-{width}.png", full_page=True)
        page.goto("/admin/"); page.screenshot(path=f"/tmp/loc/ar-index-{width}.png", full_page=True)
