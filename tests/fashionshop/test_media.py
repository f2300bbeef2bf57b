"""Pictures are sent of what is on sale, whatever address somebody has kept."""

import pytest
from django.contrib.auth.models import User

from fashionshop.models import Product, ProductPicture, clean_picture
from recommender.testing import photo


@pytest.fixture
def addresses(sell):
    """Every address at which a picture of a blouse, as large as a real one, was ever offered."""
    product = sell("Silk blouse")
    product.pictures.all().delete()
    picture = ProductPicture.objects.create(
        product=product, file=clean_picture(photo("navy", size=(700, 900)))
    )
    smaller = picture.file.aspect_ratios[None]["AVIF"].values()
    return [picture.file.url, *(each.url for each in smaller)]


def get(client, address):
    response = client.get(address)
    for close in response._resource_closers:  # the file; close() would end the test's connection
        close()
    return response


def statuses(client, addresses):
    return {get(client, address).status_code for address in addresses}


def hide():
    Product.objects.update(is_published=False)


def test_a_picture_and_its_smaller_versions_are_sent(client, addresses):
    assert len(addresses) > 2
    assert statuses(client, addresses) == {200}


def test_a_picture_is_sent_with_its_type_and_for_a_while(client, addresses):
    original, smaller = get(client, addresses[0]), get(client, addresses[1])

    assert (original["Content-Type"], smaller["Content-Type"]) == ("image/jpeg", "image/avif")
    assert original["Cache-Control"] == "public, max-age=300"


def test_no_file_of_a_hidden_product_is_sent_at_its_old_address(client, addresses):
    hide()

    assert statuses(client, addresses) == {404}


def test_no_file_of_a_deleted_product_is_sent_though_it_lies_there_still(client, addresses):
    Product.objects.all().delete()

    assert statuses(client, addresses) == {404}


def test_staff_see_the_pictures_of_a_product_before_it_is_published(admin_client, addresses):
    hide()

    assert statuses(admin_client, addresses) == {200}
    assert get(admin_client, addresses[0])["Cache-Control"] == "private, no-store"


def test_a_shopper_with_an_account_is_no_staff(client, addresses):
    hide()
    client.force_login(User.objects.create_user("shopper"))

    assert statuses(client, addresses) == {404}


def test_a_picture_that_two_products_share_is_sent_while_one_of_them_is_on_sale(
    client, sell, addresses
):
    hide()
    other = sell("Another blouse")
    ProductPicture.objects.create(product=other, file=clean_picture(photo("navy", size=(700, 900))))

    assert statuses(client, addresses) == {200}


@pytest.mark.parametrize(
    "path", ["products/", "products/ab/none.jpg", "../settings.py", "..%2fsettings.py", "a%00.jpg"]
)
def test_nothing_but_pictures_lies_behind_the_door(client, db, path):
    assert client.get(f"/media/{path}").status_code == 404


def test_it_costs_one_query(client, addresses, django_assert_num_queries):
    with django_assert_num_queries(1):
        get(client, addresses[1])


def test_behind_a_web_server_that_one_is_told_which_file_to_send(client, addresses, settings):
    settings.X_ACCEL = True

    response = client.get(addresses[1])

    assert response["X-Accel-Redirect"] == addresses[1].replace("/media/", "/stored/")
    assert "Content-Type" not in response
    assert response.content == b""
    hide()
    assert "X-Accel-Redirect" not in client.get(addresses[1])
