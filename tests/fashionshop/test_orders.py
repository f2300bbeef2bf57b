"""Orders: all or nothing, never more than there is, and one for each page sent."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from fashionshop.models import Order, Product
from fashionshop.orders import BasketChanged, Buyer, place_order
from tests.threads import in_threads

ADA = Buyer("Ada", "ada@example.org", "1 Silk Lane, Lyon")
CHECKOUT = reverse("checkout")


@pytest.fixture
def buy(client):
    """Put pieces in and send the checkout page; what is given replaces what stands in its form."""

    def send(*pieces, **fields):
        client.post(reverse("basket-add"), {"piece": pieces})
        page = client.get(CHECKOUT)
        form = {
            "token": page.context["form"]["token"].value(),
            "total": page.context["basket"].total,
        }
        known = {"name": "Ada", "email": "ada@example.org", "address": "1 Silk Lane, Lyon"}
        sent = form | known | fields
        return client.post(CHECKOUT, sent, follow=True), sent

    return send


def stock_of(product):
    return Product.objects.get(pk=product.pk).stock


def test_an_order_keeps_what_was_bought_as_it_was(client, blouse, buy):
    page, _sent = buy(f"{blouse.pk}:M")
    Product.objects.filter(pk=blouse.pk).update(title="Renamed", price=99)

    order = Order.objects.get()

    assert f"Your order has the number {order.pk}." in page.content.decode()
    line = order.lines.get()
    assert (line.product, line.title, line.size) == (blouse, "Silk blouse", "M")
    assert (line.price, line.quantity, line.sku) == (Decimal(40), 1, blouse.sku)
    assert (order.user, order.total) == (None, Decimal(40))
    assert stock_of(blouse) == 4
    assert client.session.get("basket") is None


def test_who_signed_in_types_no_name_and_has_the_order(client, blouse, buy):
    ada = User.objects.create_user("ada", "ada@example.org", first_name="Ada", last_name="Byron")
    client.force_login(ada)
    client.post(reverse("basket-add"), {"piece": f"{blouse.pk}:M"})

    assert 'value="Ada Byron"' in client.get(CHECKOUT).content.decode()
    buy()

    assert Order.objects.get().user == ada


def test_a_page_sent_twice_is_one_order(client, blouse, buy):
    page, sent = buy(f"{blouse.pk}:M")
    again = client.post(CHECKOUT, sent, follow=True)

    assert again.redirect_chain == page.redirect_chain
    assert (Order.objects.count(), stock_of(blouse)) == (1, 4)


def test_a_form_that_lacks_something_says_so_and_orders_nothing(blouse, buy):
    page, _sent = buy(f"{blouse.pk}:M", email="ada")

    assert page.status_code == 422
    assert "Enter a valid email address." in page.content.decode()
    assert stock_of(blouse) == 5


def test_what_costs_something_else_by_now_is_shown_again_first(client, blouse, buy):
    page, _sent = buy(f"{blouse.pk}:M", total="30.00")

    assert "Something has just changed." in page.content.decode()
    assert not Order.objects.exists()


def test_what_sold_out_while_one_typed_is_kept_out_and_said(client, blouse, boots, buy):
    client.post(reverse("basket-add"), {"piece": [f"{blouse.pk}:M", f"{boots.pk}:"]})
    Product.objects.filter(pk=boots.pk).update(stock=0)

    page, _sent = buy(total="80.00")

    assert "Something has just changed." in page.content.decode()
    assert "not part of your order: Ankle boots" in " ".join(page.content.decode().split())
    assert not Order.objects.exists()
    buy()
    assert [line.title for line in Order.objects.get().lines.all()] == ["Silk blouse"]


def test_an_empty_basket_leads_back_to_it(client, db):
    assert client.get(CHECKOUT).url == reverse("basket")


def test_an_order_is_seen_by_who_knows_its_token_and_names_nobody(client, blouse, buy):
    _page, sent = buy(f"{blouse.pk}:M")

    page = client.get(reverse("order", args=[sent["token"]])).content.decode()

    assert "Silk blouse" in page
    assert "Ada" not in page
    assert client.get(reverse("order", args=[uuid4()])).status_code == 404


def test_sizes_of_one_product_cannot_take_more_than_there_is_together(blouse):
    with pytest.raises(BasketChanged):
        place_order(
            uuid4(),
            {(blouse.pk, "S"): 3, (blouse.pk, "M"): 3},
            total=Decimal(240),
            buyer=ADA,
        )

    assert (Order.objects.count(), stock_of(blouse)) == (0, 5)


@pytest.mark.django_db(transaction=True)
def test_the_last_piece_is_sold_once_however_many_want_it(sell):
    last = sell("Last blouse", stock=1)

    outcomes = in_threads(
        4, lambda: place_order(uuid4(), {(last.pk, ""): 1}, total=Decimal(40), buyer=ADA)
    )

    assert sum(isinstance(each, Order) for each in outcomes) == 1
    assert sum(isinstance(each, BasketChanged) for each in outcomes) == 3
    assert stock_of(last) == 0


@pytest.mark.django_db(transaction=True)
def test_a_page_sent_twice_at_once_is_one_order(sell):
    blouse, token = sell("Blouse", stock=5), UUID(int=7)

    outcomes = in_threads(
        3, lambda: place_order(token, {(blouse.pk, ""): 1}, total=Decimal(40), buyer=ADA)
    )

    assert {each.pk for each in outcomes} == {Order.objects.get().pk}
    assert stock_of(blouse) == 4


def test_the_merchant_reads_orders_and_changes_none(admin_client, blouse, buy):
    buy(f"{blouse.pk}:M")
    order = Order.objects.get()

    listed = admin_client.get(reverse("admin:fashionshop_order_changelist"))
    page = admin_client.get(reverse("admin:fashionshop_order_change", args=[order.pk]))

    assert "€40.00" in listed.content.decode()
    assert "Silk blouse" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    address = reverse("admin:fashionshop_order_delete", args=[order.pk])
    assert admin_client.post(address, {"post": "yes"}).status_code == 403
