"""The storefront."""

import sys
from typing import Any

from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template import loader
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from fashionshop import storefront
from fashionshop.filters import ProductFilter, SearchFilter
from fashionshop.forms import CropForm, PhotoForm, WishForm
from fashionshop.models import Category, Product
from fashionshop.photo_link import ExpiredLink, photo_link, photo_of_link
from fashionshop.photo_search import Wishes, photo_results, with_crop
from fashionshop.search import products_of_words
from fashionshop.storage import StorageFull
from recommender.api.throttles import PhotoThrottle
from recommender.broker import NoWorker
from recommender.bulkhead import NoRoom
from recommender.photo_body import LengthRequired, guard_body
from recommender.photos import BadPhoto, Crop
from recommender.stored_texts import translated
from recommender.strips.photo import OutdatedFeatures, encode_photo
from recommender.strips.photo_garments import EncodedPhoto, encode_photo_garments

PRODUCTS_PER_PAGE = 24
LONGEST_SEARCH = 100  # letters
RETRY_AFTER_SECONDS = "30"
TRY_LATER = {429, 503}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    shown = {
        "arrivals": storefront.new_arrivals(8),
        "tiles": storefront.category_tiles(12),
        "looks": storefront.looks(4),
    }
    return render(request, "home.html", shown)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Category, slug=slug)
    products = Product.objects.published().filter(category=shown).for_cards()
    narrowed = ProductFilter(request.GET, queryset=products)
    return render(request, "category.html", {"category": shown} | _page(request, narrowed))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find products by words, or help on where there are none."""
    words = " ".join(request.GET.get("q", "")[:LONGEST_SEARCH].split())
    products = products_of_words(words)
    narrowed = SearchFilter(request.GET, queryset=products.for_cards())
    context = {"words": words} | _page(request, narrowed)
    if not context["page"].object_list:
        context |= {"is_known": products.exists(), "arrivals": storefront.new_arrivals(8)}
    return render(request, "search.html", context)


def _page(request: HttpRequest, narrowed: ProductFilter) -> dict[str, Any]:
    """A page of what a filter leaves, as the templates draw it."""
    page = Paginator(narrowed.qs, PRODUCTS_PER_PAGE).get_page(request.GET.get("page"))
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"filter": narrowed, "page": page, "numbers": numbers}


@require_safe
def product(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Product.objects.published().for_cards(), pk=pk)
    siblings = list(storefront.colour_siblings(shown))
    colours = [sibling for sibling in siblings if sibling.stock]  # stand in for what is sold out
    found = {"product": shown, "siblings": siblings, "colours": colours}
    return render(request, "product.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
def photo_search(request: HttpRequest) -> HttpResponse:
    """Take a photo, or show what looks like one that was seen before."""
    if request.method == "POST" and (refusal := _refusal(request)):
        return refusal
    return _photo_search(request)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """Refuse what is not worth reading: too much at once, too many in a minute."""
    throttle = PhotoThrottle()
    if request.content_type == "multipart/form-data" and not throttle.allow_request(request, None):
        problem = _("You have sent many photos within a minute. Please try again in a minute.")
        return _photo_form(request, problem=problem, status=429, retry_after=throttle.wait())
    try:
        guard_body(request)
    except BadPhoto as error:
        return _photo_form(request, problem=translated(str(error)), status=413)
    except LengthRequired as error:
        return _photo_form(request, problem=str(error), status=411)
    return None


@csrf_protect
def _photo_search(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _look_at_photo(request)
    if link := request.GET.get("seen"):
        return _photo_results(request, link)
    return _photo_form(request)


def _look_at_photo(request: HttpRequest) -> HttpResponse:
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _photo_form(request, problem=form.errors["photo"][0], status=422)
    part = CropForm(request.POST)
    part.is_valid()
    crop, earlier = part.cleaned_data["crop"], part.cleaned_data["seen"]
    try:
        data = form.cleaned_data["photo"].read()
        looked = encode_photo_garments(data) if crop is None else _part_of(data, crop, earlier)
    except BadPhoto as error:
        status = 503 if error.code == "no_decoder" else 422
        return _photo_form(request, problem=translated(str(error)), status=status)
    except (NoWorker, NoRoom) as error:
        return _photo_form(request, problem=str(error), status=503)
    chosen = {} if crop is None else {"box": 0}
    return redirect(reverse("photo-search", query={"seen": photo_link(looked), **chosen}))


def _part_of(data: bytes, crop: Crop, earlier: str) -> EncodedPhoto:
    """Look at a part of a photo; what was found in the whole before stays beside it."""
    seen = encode_photo(data, crop=crop)
    try:
        before = photo_of_link(earlier)
    except ExpiredLink:
        before = EncodedPhoto(seen)
    return with_crop(before, crop, seen)


def _photo_results(request: HttpRequest, link: str) -> HttpResponse:
    wishes = WishForm(request.GET)
    wishes.is_valid()
    try:
        results = photo_results(photo_of_link(link), Wishes(**wishes.cleaned_data))
    except (ExpiredLink, OutdatedFeatures) as error:
        return _photo_form(request, problem=str(error), status=410)
    kept = [(name, request.GET.get(name, "")) for name in ("box", "slot", "category")]
    shown = {"results": results, "wishes": wishes, "link": link, "kept": kept}
    if not results.answer.strip:
        shown["worn"] = storefront.most_worn(8)
    shown["form"] = PhotoForm()
    return render(request, "photo_results.html", shown)


def _photo_form(
    request: HttpRequest, *, problem: str = "", status: int = 200, retry_after: float = 5
) -> HttpResponse:
    shown = {"form": PhotoForm(), "problem": problem}
    page = render(request, "photo_search.html", shown, status=status)
    if status in TRY_LATER:
        page["Retry-After"] = str(round(retry_after))
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the shop is closed for a moment, its disk full or something broken; needs no database."""
    error = sys.exc_info()[1]
    if isinstance(error, StorageFull):
        return HttpResponse(loader.render_to_string("507.html", {"problem": error}), status=507)
    is_away = isinstance(error, OperationalError)
    page = loader.render_to_string("503.html" if is_away else "500.html")
    response = HttpResponse(page, status=503 if is_away else 500)
    if is_away:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response
