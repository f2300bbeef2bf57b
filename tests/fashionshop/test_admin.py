"""The merchant's pages: photos go in, states and recommendations come out."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageFile

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender import decoder
from recommender.models import EmbeddingJob, Job
from recommender.testing import activate_fake_checkpoints, photo, work_off

pytestmark = pytest.mark.django_db
ADD = "/admin/fashionshop/product/add/"


@pytest.fixture(autouse=True)
def encoders(redis_url):
    return activate_fake_checkpoints()


@pytest.fixture
def dresses():
    return Category.objects.create(name="Dresses", slug="dresses", slot="DRESS")


@pytest.fixture
def dress(dresses):
    return Product.objects.create(sku="D1", title="Dress", category=dresses, price=1, stock=1)


def picture_of(product, colour="red", **kwargs):
    file = clean_picture(photo(colour))
    return ProductPicture.objects.create(product=product, file=file, **kwargs)


def upload(name="dress.jpg", data=None):
    return SimpleUploadedFile(name, photo() if data is None else data, "image/jpeg")


def change_page(product):
    return reverse("admin:fashionshop_product_change", args=[product.pk])


def form_data(category, **kwargs):
    return {
        **{"sku": "P1", "title": "Summer dress", "category": category.pk, "price": "9.50"},
        **{"stock": "3", "gender": "WOMEN", "season": "SUMMER", "is_published": "on"},
        **{"pictures-TOTAL_FORMS": "0", "pictures-INITIAL_FORMS": "0"},
    } | kwargs


def picture_data(product):
    pictures = list(product.pictures.all())
    rows = {"pictures-TOTAL_FORMS": len(pictures), "pictures-INITIAL_FORMS": len(pictures)}
    for index, picture in enumerate(pictures):
        prefix = f"pictures-{index}"
        rows |= {f"{prefix}-id": picture.pk, f"{prefix}-product": product.pk}
        rows |= {f"{prefix}-position": picture.position}
    return rows


def fail_for_good(**where):
    jobs = EmbeddingJob.objects.filter(**where)
    jobs.update(state=Job.State.DEAD, attempts=3, error="The file is gone.")


def assistant_with(client, *codenames):
    user = User.objects.create_user("assistant", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


def test_a_photo_is_all_it_takes(admin_client, dresses):
    page = admin_client.get(ADD)
    sku = page.context["adminform"].form.initial["sku"]

    data = form_data(dresses, sku=sku, title="", price="", add_pictures=[upload()])
    del data["is_published"]
    admin_client.post(ADD, data)

    product = Product.objects.get()
    assert (product.title, product.price) == (f"Dresses {sku}", None)
    assert product.pictures.count() == 1
    assert EmbeddingJob.objects.unfinished().count() == 2


def test_several_photos_come_at_once_and_keep_their_order(admin_client, dresses):
    photos = [upload(data=photo(colour)) for colour in ("red", "green", "blue")]

    admin_client.post(ADD, form_data(dresses, add_pictures=photos))

    pictures = Product.objects.get().pictures.all()
    assert [picture.position for picture in pictures] == [0, 1, 2]
    assert Image.open(pictures[2].file.path).getpixel((60, 80))[2] > 200


def test_an_uploaded_photo_is_decoded_once_and_not_in_this_process(
    admin_client, dresses, monkeypatch
):
    here, elsewhere, load, child = [], [], ImageFile.ImageFile.load, decoder._Helper.child

    def count(image):
        here.extend([image.size] if image.tile else [])
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", count)
    monkeypatch.setattr(decoder._Helper, "child", lambda me: elsewhere.append(me) or child(me))
    sizes = [(600, 900), (610, 910), (620, 920)]
    files = [upload(f"{w}.jpg", photo(size=(w, h))) for w, h in sizes]
    admin_client.post(ADD, form_data(dresses, add_pictures=files))

    assert ProductPicture.objects.count() == 3
    assert (here, len(elsewhere)) == ([], 3)


def test_more_photos_go_behind_those_that_are_there(admin_client, dress):
    picture_of(dress, position=4)

    data = form_data(dress.category, add_pictures=[upload(data=photo("blue"))])
    admin_client.post(change_page(dress), data | picture_data(dress))

    assert [picture.position for picture in dress.pictures.all()] == [4, 5]


def test_a_photo_loses_its_metadata(admin_client, dresses, tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "secret"
    Image.new("RGB", (90, 90), "red").save(tmp_path / "with.jpg", exif=exif)

    data = (tmp_path / "with.jpg").read_bytes()
    admin_client.post(ADD, form_data(dresses, add_pictures=[upload(data=data)]))

    with ProductPicture.objects.get().file as file:
        stored = file.read()
    assert b"secret" in data
    assert b"secret" not in stored


def test_a_bad_file_is_named_and_nothing_is_saved(admin_client, dresses):
    bad = upload("notes.jpg", b"no picture at all")

    page = admin_client.post(ADD, form_data(dresses, add_pictures=[bad]))

    assert "notes.jpg: This is not a picture we can read" in page.content.decode()
    assert 'value="Summer dress"' in page.content.decode()
    assert not Product.objects.exists()


def test_a_small_file_is_told_its_size(admin_client, dresses):
    small = upload("icon.jpg", photo(size=(20, 30)))

    page = admin_client.post(ADD, form_data(dresses, add_pictures=[small]))

    assert "icon.jpg: The picture is too small: 20×30." in page.content.decode()


def pending_tokens(page):
    return re.findall(r'name="add_pictures-pending" value="([^"]+)"', page.content.decode())


def test_good_photos_survive_a_mistake_elsewhere_in_the_form(admin_client, dresses):
    photos = [upload(), upload("notes.jpg", b"no picture at all")]
    page = admin_client.post(ADD, form_data(dresses, price="", add_pictures=photos))
    tokens = pending_tokens(page)

    admin_client.post(ADD, form_data(dresses, **{"add_pictures-pending": tokens}))

    assert len(tokens) == 1
    assert "This photo is kept; no need to choose it again." in page.content.decode()
    assert Product.objects.get().pictures.count() == 1


def test_photos_put_aside_are_forgotten_once_they_are_saved(
    admin_client, dresses, media, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(ADD, form_data(dresses, add_pictures=[upload()]))

    assert list((settings.MEDIA_ROOT / "pending").iterdir()) == []


def test_a_forged_token_brings_no_file(admin_client, dresses):
    token = "products/secret.jpg:forged"

    page = admin_client.post(ADD, form_data(dresses, **{"add_pictures-pending": [token]}))

    assert "Without a picture it cannot be published" in page.content.decode()
    assert not Product.objects.exists()


def test_pictures_are_put_in_order_and_deleted(admin_client, dress):
    first, second = picture_of(dress, "red"), picture_of(dress, "blue", position=1)
    third = picture_of(dress, "green", position=2)
    data = form_data(dress.category) | picture_data(dress)

    moved = {"pictures-0-position": 5, "pictures-1-DELETE": "on"}
    admin_client.post(change_page(dress), data | moved)

    assert list(dress.pictures.all()) == [third, first]
    assert not ProductPicture.objects.filter(pk=second.pk).exists()
    assert dress.recommender_pictures.count() == 2


def test_the_same_photo_is_not_added_twice(admin_client, dress):
    picture_of(dress)

    data = form_data(dress.category, add_pictures=[upload(data=photo("red"))])
    page = admin_client.post(change_page(dress), data | picture_data(dress), follow=True)

    assert dress.pictures.count() == 1
    assert "1 of the photos was here already" in page.content.decode()


def test_a_photo_another_product_has_is_pointed_out(admin_client, dress):
    picture_of(dress)

    data = form_data(dress.category, add_pictures=[upload(data=photo("red"))])
    page = admin_client.post(ADD, data, follow=True)

    assert "also a picture of: Dress (D1)" in page.content.decode()


def test_a_product_page_shows_state_and_reason(admin_client, dress):
    picture_of(dress)
    fail_for_good()

    html = admin_client.get(change_page(dress)).content.decode()

    assert "Failed" in html
    assert "The file is gone." in html
    assert "Try again" in html


def test_retry_touches_only_failed_pictures(admin_client, dress):
    failed, good = picture_of(dress, "red"), picture_of(dress, "blue")
    work_off()
    fail_for_good(picture__name=failed.file.name)

    page = admin_client.post(
        reverse("admin:fashionshop_product_retry", args=[dress.pk]), follow=True
    )

    assert "1 picture will be tried again." in page.content.decode()
    states = EmbeddingJob.objects.filter(picture__name=good.file.name).values_list(
        "state", flat=True
    )
    assert set(states) == {"DONE"}
    assert EmbeddingJob.objects.unfinished().count() == 2


def test_the_action_retries_the_chosen_products(admin_client, dress):
    picture_of(dress)
    fail_for_good()

    data = {"action": "retry_failed", "_selected_action": [dress.pk]}
    page = admin_client.post("/admin/fashionshop/product/", data, follow=True)

    assert "1 picture will be tried again." in page.content.decode()


def test_who_may_only_look_may_not_retry(client, dress):
    assistant_with(client, "view_product", "view_productpicture")
    picture_of(dress)
    fail_for_good()

    page = client.get(change_page(dress))
    answer = client.post(reverse("admin:fashionshop_product_retry", args=[dress.pk]))

    assert "The file is gone." in page.content.decode()
    assert "Try again" not in page.content.decode()
    assert "add_pictures" not in page.content.decode()
    assert answer.status_code == 403


def test_who_may_not_add_pictures_is_not_asked_for_any(client, dress):
    assistant_with(client, "change_product", "view_productpicture")

    assert "add_pictures" not in client.get(change_page(dress)).content.decode()


def test_an_assistant_may_upload_and_delete_but_not_touch_checkpoints(client, dress):
    assistant_with(client, "change_product", "delete_product", "delete_productpicture")
    picture_of(dress)

    client.post(f"/admin/fashionshop/product/{dress.pk}/delete/", {"post": "yes"})

    assert not Product.objects.exists()
    assert client.get("/admin/recommender/checkpoint/").status_code == 403


def test_a_product_page_previews_both_strips(admin_client, dress):
    skirts = Category.objects.create(name="Bags", slug="bags", slot="BAG")
    bag = Product.objects.create(sku="B1", title="Bag", category=skirts, price=1, stock=1)
    other = Product.objects.create(
        sku="D2", title="Other dress", category=dress.category, price=1, stock=1
    )
    for product, colour in ((dress, "red"), (bag, "navy"), (other, "olive")):
        picture_of(product, colour)
    work_off()

    previews = admin_client.get(change_page(dress)).context["previews"]

    titles = {preview.title: [row.card.title for row in preview.items] for preview in previews}
    assert titles == {"Similar": ["Other dress"], "Goes well with": ["Bag"]}


def test_a_preview_with_nothing_to_show_is_not_there(admin_client, dress):
    picture_of(dress)

    assert "As shoppers see it" not in admin_client.get(change_page(dress)).content.decode()


@pytest.mark.parametrize(
    ("value", "shown"),
    [("failed", "Dress"), ("waiting", "Coat"), ("none", "Hat"), ("ready", "Bag")],
)
def test_the_list_is_narrowed_by_state(admin_client, dress, value, shown):
    coat, _hat, bag = (
        Product.objects.create(sku=title, title=title, category=dress.category, price=1, stock=1)
        for title in ("Coat", "Hat", "Bag")
    )
    picture_of(bag, "green")
    work_off()
    picture_of(dress, "red")
    fail_for_good(picture__product=dress)
    picture_of(coat, "blue")

    page = admin_client.get("/admin/fashionshop/product/", {"recommendations": value})

    assert [product.title for product in page.context["cl"].result_list] == [shown]


def test_the_list_is_searched_by_title_and_sku(admin_client, dress):
    page = admin_client.get("/admin/fashionshop/product/", {"q": "d1"})

    assert list(page.context["cl"].result_list) == [dress]


def many_products(category, count):
    for number in range(count):
        product = Product.objects.create(
            sku=str(number), title=f"Dress {number}", category=category, price=1, stock=1
        )
        picture_of(product, f"hsl({number * 12}, 80%, 50%)")


def test_a_page_of_products_costs_at_most_12_queries(
    admin_client, dresses, django_assert_max_num_queries
):
    many_products(dresses, 24)

    with django_assert_max_num_queries(12) as queries:
        page = admin_client.get("/admin/fashionshop/product/")

    assert page.content.decode().count("reco-badge") == 24
    assert len(queries) <= 12


def test_the_dashboard_says_what_waits_and_what_failed(admin_client, dress):
    picture_of(dress)

    page = admin_client.get("/admin/").text

    assert all(said in page for said in ("1 picture waiting.", "1 product without", "No worker"))


def test_deleting_a_product_speaks_of_the_product_alone(admin_client, dress):
    picture_of(dress)
    work_off()

    page = admin_client.get(f"/admin/fashionshop/product/{dress.pk}/delete/")

    assert "embedding" not in page.content.decode().split("<h2>Summary")[1].lower()
    assert page.context["perms_lacking"] == set()


def test_a_product_page_costs_the_same_for_many_pictures(
    admin_client, dress, django_assert_max_num_queries
):
    for hue in (0, 60, 120, 180):
        picture_of(dress, f"hsl({hue}, 80%, 50%)")
    work_off()

    with django_assert_max_num_queries(24):
        admin_client.get(change_page(dress))
