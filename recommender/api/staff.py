"""Who counts as the shop's staff: whoever is signed in and may see rules, or a program that holds `STAFF_KEY`."""

from typing import Any

from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from recommender import conf

SCHEME = "Bearer"
VIEW_RULES = "recommender.view_rule"
STAFF_ONLY = f"This is for the shop's staff: sign in to the admin, or send 'Authorization: {SCHEME}' and the STAFF_KEY."
NO_PERMISSION = f"You are signed in, but lack the permission {VIEW_RULES}."


class StaffAuthentication(BaseAuthentication):
    """Knows the key and the session that the host's own middleware has opened; neither is needed."""

    def authenticate(self, request: Request) -> tuple[Any, str | None] | None:
        scheme, _space, key = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if scheme == SCHEME and _is_staff_key(key):
            return None, SCHEME
        user = getattr(request._request, "user", None)
        return (user, None) if user is not None and user.is_authenticated else None

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class StaffOnly(BasePermission):
    """Lets nobody else ask."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        check_staff(request)
        return True


def is_staff(request: Request) -> bool:
    """Whether the request comes from staff; an endpoint says so by `StaffAuthentication`."""
    if request.auth == SCHEME:
        return True
    user = request.user  # None, where the host's settings call strangers that
    return bool(user and user.is_active and user.is_staff and user.has_perm(VIEW_RULES))


def check_staff(request: Request) -> None:
    """Raise `NotAuthenticated` or `PermissionDenied` for anybody but staff."""
    if is_staff(request):
        return
    if request.user and request.user.is_authenticated:
        raise PermissionDenied(NO_PERMISSION)
    raise NotAuthenticated(STAFF_ONLY)


def _is_staff_key(key: str) -> bool:
    """Whether this is the shop's key; a shop that has set none has none."""
    own = str(conf.get("STAFF_KEY"))
    return bool(own) and constant_time_compare(key, own)
