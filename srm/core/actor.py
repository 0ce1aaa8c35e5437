"""Who does something: a person, a supplier's user, a magic link, a token, a job."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Actor:
    """The one who acts. Services, `visible_to` and `perform` take an Actor, never a request's user.

    `person_id` names the human behind an account, so that a second account is not a second pair of eyes.
    `departments` holds tree paths: the actor's own department and those he heads; a path covers what lies below it.
    An empty `legal_entities` means every legal entity.
    """

    kind: str
    user_id: int | None = None
    person_id: str = ""
    name: str = ""
    supplier_id: int | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    departments: tuple[str, ...] = ()
    legal_entities: frozenset[int] = frozenset()
    on_behalf_of: int | None = None
    request_id: str = ""
    language: str = "en"
    scope: tuple[tuple[str, str], ...] = field(default=())

    def may(self, permission: str) -> bool:
        """Whether the role table (or the token's scope) grants `permission`, e.g. "requests.create"."""
        return self.kind == "system" or permission in self.permissions

    def sees_all(self, room: str) -> bool:
        """Whether rows of `room` are visible without regard to department or ownership."""
        return self.may(f"{room}.view_all")

    @property
    def is_supplier(self) -> bool:
        return self.supplier_id is not None

    @property
    def is_outside(self) -> bool:
        """A supplier's account, or the holder of a link: somebody who must not learn how the firm works inside."""
        return self.is_supplier or self.kind in {"supplier", "link"}

    @property
    def is_anonymous(self) -> bool:
        return self.kind == "anonymous"

    def narrowed(self, permissions: frozenset[str]) -> Actor:
        """The same actor with at most `permissions`, for tokens of a small scope."""
        return replace(self, permissions=self.permissions & permissions)


ANONYMOUS = Actor(kind="anonymous")
SYSTEM = Actor(kind="system", name="Quadrant", person_id="system")
