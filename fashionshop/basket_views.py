"""The basket and the checkout: every change is a POST that leads to a page."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fashionshop import basket
from fashionshop.cross_site import refuse_other_sites
from fashionshop.forms import CheckoutForm
from fashionshop.models import Order, Product
from fashionshop.orders import BasketChanged, Buyer, place_order


@require_POST
@refuse_other_sites
def add(request: HttpRequest) -> HttpResponse:
    """Put one piece in and go back, or a whole look and see the basket."""
    pieces = request.POST.getlist("piece")
    _tell(request, basket.put_in(request.session, pieces), asked=len(pieces))
    return redirect("basket") if len(pieces) > 1 else _back(request)


def _tell(request: HttpRequest, products: list[Product], *, asked: int) -> None:
    if len(products) == 1:
        text = _("“%(title)s” is in your basket.") % {"title": products[0].title}
    else:
        text = ngettext(
            "%(n)s piece is in your basket.", "%(n)s pieces are in your basket.", len(products)
        ) % {"n": len(products)}
    if products:
        messages.success(request, text, extra_tags="basket")
    if len(products) < asked:
        messages.warning(request, _("We are sorry: what is sold out was left out."))


def _back(request: HttpRequest) -> HttpResponseRedirectBase:
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    return redirect(came_from if is_ours else "basket")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Show what is in, or set sizes and numbers."""
    if request.method == "POST":
        named = [request.POST.getlist(name) for name in ("piece", "size", "quantity")]
        choices = {piece: (size, quantity) for piece, size, quantity in zip(*named, strict=False)}
        basket.change(request.session, choices)
        return redirect("checkout" if "checkout" in request.POST else "basket")
    return render(request, "basket.html", {"basket": basket.basket_of(request.session)})


@require_POST
def take_out(request: HttpRequest) -> HttpResponse:
    basket.take_out(request.session, request.POST.get("piece", ""))
    return redirect("basket")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    form = CheckoutForm(
        request.POST if request.method == "POST" else None, initial=_initial(request)
    )
    shown = basket.basket_of(request.session)
    if form.is_bound and form.is_valid():
        try:
            return _ordered(request, form, shown)
        except BasketChanged:
            text = _("Something has just changed. Please look at your order once more.")
            messages.warning(request, text)
            return redirect("checkout")
    if shown.lacks_size:
        messages.warning(request, _("Please choose a size for each piece."))
    if shown.lacks_size or not shown.lines:
        return redirect("basket")
    status = 422 if form.is_bound else 200
    return render(request, "checkout.html", {"basket": shown, "form": form}, status=status)


def _initial(request: HttpRequest) -> dict[str, object]:
    """What need not be typed: the token of this page, and what is known of who signed in."""
    known: dict[str, object] = {"token": uuid4()}
    if request.user.is_authenticated:
        known |= {"name": request.user.get_full_name(), "email": request.user.email}
    return known


def _ordered(request: HttpRequest, form: CheckoutForm, shown: basket.Basket) -> HttpResponse:
    fields = form.cleaned_data
    user = request.user if request.user.is_authenticated else None
    buyer = Buyer(fields["name"], fields["email"], fields["address"], user)
    order = place_order(fields["token"], shown.pieces, total=fields["total"], buyer=buyer)
    basket.empty(request.session)
    return redirect(order)


@never_cache
@require_safe
def order(request: HttpRequest, token: UUID) -> HttpResponse:
    """Thank for an order; whoever knows its token may see what was bought, and not by whom."""
    shown = get_object_or_404(Order.objects.prefetch_related("lines"), token=token)
    return render(request, "order.html", {"order": shown})
