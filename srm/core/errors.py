"""Refusals. Each carries a sentence for the user that says what to do; the edges render them as page or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Base of all refusals. `status` is the HTTP status, `code` a stable word for programs."""

    status = 400
    code = "error"
    default = _("This cannot be done.")

    def __init__(self, message: object = "", *, code: str = "", status: int = 0) -> None:
        self.message = message or self.default
        self.code = code or self.code
        self.status = status or self.status
        super().__init__(str(self.message))

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(DomainError):
    """What was entered cannot be: field name -> sentences; "__all__" for the whole, "lines.3.quantity" for a line."""

    status = 422
    code = "invalid"
    default = _("Please correct what is marked.")

    def __init__(self, errors: Mapping[str, object] | str, message: object = "") -> None:
        if not isinstance(errors, Mapping):
            errors = {"__all__": errors}
        self.errors: dict[str, list] = {
            name: list(found) if isinstance(found, (list, tuple)) else [found] for name, found in errors.items()
        }
        super().__init__(message)

    def __str__(self) -> str:
        return "; ".join(f"{name}: {' '.join(map(str, found))}" for name, found in self.errors.items())


class RuleBroken(DomainError):
    """A rule of the business forbids it now; every reason is a sentence."""

    status = 409
    code = "rule"

    def __init__(self, reasons: Iterable[object] | str) -> None:
        self.reasons = [reasons] if isinstance(reasons, str) or not isinstance(reasons, Iterable) else list(reasons)
        super().__init__(" ".join(str(reason) for reason in self.reasons))


class NotAllowed(DomainError):
    status = 403
    code = "forbidden"
    default = _("Your role does not include this. Ask your administrator if you need it.")


class Missing(DomainError):
    status = 404
    code = "missing"
    default = _("There is nothing here, or it is not yours to see.")


class Concealed(Missing):
    """A refusal whose answer is that of an address where nothing is; only the log of attempts knows better."""


class Stale(DomainError):
    status = 409
    code = "stale"
    default = _("Somebody changed this while you were editing. Compare both versions and save again.")


class TooLarge(DomainError):
    status = 413
    code = "too-large"
    default = _("This file is too large.")
