"""The plug-in's own pages in the admin: looks, checkpoints, jobs."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.models import EmbeddingJob, Job, Look, LookItem, PairingJob
from recommender.testing import activate_fake_checkpoints, photo, work_off

pytestmark = pytest.mark.django_db
JOBS = "/admin/recommender/embeddingjob/"


@pytest.fixture(autouse=True)
def encoders(redis_url):
    return activate_fake_checkpoints()


@pytest.fixture
def products():
    category = Category.objects.create(name="Tops", slug="tops", slot="TOP")
    return [product_with_picture(category, number) for number in range(6)]


def product_with_picture(category, number):
    product = Product.objects.create(
        sku=f"T{number}", title=f"Top {number}", category=category, price=1, stock=1
    )
    file = clean_picture(photo(f"hsl({number * 40}, 80%, 50%)"))
    ProductPicture.objects.create(product=product, file=file)
    return product


def look_of(products, title):
    look = Look.objects.create(title=title)
    LookItem.objects.bulk_create(
        LookItem(look=look, product=product, position=place)
        for place, product in enumerate(products)
    )
    return look


def staff_with(client, *codenames):
    user = User.objects.create_user("assistant", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


def test_looks_are_listed_with_their_products_in_order(admin_client, products):
    look_of([products[2], products[0]], "Evening")

    (look,) = admin_client.get("/admin/recommender/look/").context["cl"].result_list

    assert [card.title for card in look.cards] == ["Top 2", "Top 0"]


def test_the_list_of_looks_costs_the_same_for_many(
    admin_client, products, django_assert_max_num_queries
):
    for number in range(10):
        look_of(products, f"Look {number}")

    with django_assert_max_num_queries(10):
        page = admin_client.get("/admin/recommender/look/")

    assert page.content.decode().count("<img src=") >= 60


def test_a_look_keeps_the_name_of_a_product_shoppers_do_not_see(admin_client, products):
    look_of(products[:2], "Evening")
    Product.objects.filter(pk=products[0].pk).update(is_published=False)

    (look,) = admin_client.get("/admin/recommender/look/").context["cl"].result_list

    assert [card.title for card in look.cards] == ["Top 0", "Top 1"]


def test_a_look_is_put_together_by_hand(admin_client, products):
    rows = {"items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "0"}
    for number in (0, 1):
        rows |= {f"items-{number}-product": products[number].pk, f"items-{number}-position": number}

    admin_client.post("/admin/recommender/look/add/", {"title": "Evening", **rows})

    assert list(Look.objects.get().items.values_list("product", flat=True)) == [
        products[0].pk,
        products[1].pk,
    ]


def test_a_look_is_opened_with_pictures_of_its_products(admin_client, products):
    look = look_of(products[:3], "Evening")

    html = admin_client.get(f"/admin/recommender/look/{look.pk}/change/").content.decode()

    assert html.count('<img src="/media/products/') == 3


def test_a_look_opens_in_a_host_without_a_product_page(admin_client, products, monkeypatch):
    monkeypatch.delitem(admin.site._registry, Product)
    look = look_of(products[:1], "Evening")

    html = admin_client.get(f"/admin/recommender/look/{look.pk}/change/").content.decode()

    assert 'name="items-0-product"' in html
    assert "admin-autocomplete" not in html


def coverage_shown(admin_client):
    page = admin_client.get("/admin/recommender/checkpoint/")
    model_admin, rows = page.context["cl"].model_admin, page.context["cl"].result_list
    return {row.label: model_admin.coverage(row) for row in rows}


def test_checkpoints_tell_how_many_pictures_they_have_seen(admin_client, products, encoders):
    work_off()
    encoders["STYLE"].embeddings.first().delete()

    assert coverage_shown(admin_client) == {
        "fake-scorer@1": "–",
        "fake-style@1": "5 of 6 (83%)",
        "fake-visual@1": "6 of 6 (100%)",
    }


def test_without_pictures_a_checkpoint_has_seen_none(admin_client):
    assert coverage_shown(admin_client)["fake-visual@1"] == "0 of 0"


@pytest.mark.parametrize("model", ["checkpoint", "embeddingjob", "pairingjob"])
def test_nobody_types_in_what_the_engine_keeps(admin_client, model):
    assert admin_client.get(f"/admin/recommender/{model}/").status_code == 200
    assert admin_client.get(f"/admin/recommender/{model}/add/").status_code == 403


def test_a_job_is_not_deleted_by_hand(admin_client, products):
    job = EmbeddingJob.objects.first()

    assert admin_client.post(f"{JOBS}{job.pk}/delete/", {"post": "yes"}).status_code == 403


def test_jobs_show_product_and_reason(admin_client, products):
    EmbeddingJob.objects.update(state=Job.State.DEAD, error="The file is gone.")

    html = admin_client.get(JOBS, {"state__exact": "DEAD"}).content.decode()

    assert html.count("The file is gone.") == 12
    assert f'href="/admin/fashionshop/product/{products[0].pk}/change/">Top 0</a>' in html


def test_a_page_of_jobs_costs_at_most_12_queries(
    admin_client, products, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        admin_client.get(JOBS)


@pytest.mark.parametrize("model", [EmbeddingJob, PairingJob])
def test_failed_jobs_are_tried_again_and_no_others(admin_client, products, model):
    work_off()
    failed = model.objects.first()
    model.objects.filter(pk=failed.pk).update(state=Job.State.DEAD, attempts=3)

    pks = list(model.objects.values_list("pk", flat=True))
    data = {"action": "retry_failed", "_selected_action": pks}
    url = f"/admin/recommender/{model._meta.model_name}/"
    page = admin_client.post(url, data, follow=True)

    assert "1 job will be tried again." in page.content.decode()
    assert list(model.objects.unfinished()) == [failed]


def test_retrying_where_nothing_failed_says_so(admin_client, products):
    data = {"action": "retry_failed", "_selected_action": [EmbeddingJob.objects.first().pk]}

    page = admin_client.post(JOBS, data, follow=True)

    assert "No failed jobs among these." in page.content.decode()


def test_who_may_only_look_at_jobs_may_not_retry_them(client, products):
    staff_with(client, "view_embeddingjob")

    assert "retry_failed" not in client.get(JOBS).content.decode()


def test_who_may_change_jobs_may_retry_them(client, products):
    staff_with(client, "view_embeddingjob", "change_embeddingjob")

    assert "retry_failed" in client.get(JOBS).content.decode()


@pytest.mark.usefixtures("products")
def test_the_first_page_leads_to_what_failed_those_who_may_see_it(admin_client, client):
    EmbeddingJob.objects.update(state=Job.State.DEAD)
    client.force_login(User.objects.create_user("assistant", password="x", is_staff=True))

    assert f"{JOBS}?state__exact=DEAD" in admin_client.get("/admin/").text
    assert f"{JOBS}?state__exact=DEAD" not in client.get("/admin/").text
