"""How log-in behaves: nobody signs himself up as staff, and the user's language follows him."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator or by invitation; self sign-up is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request, user, **options) -> HttpResponse:
        """Show the pages in the language the user has chosen for himself."""
        response = super().post_login(request, user, **options)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 86400, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
        return response
