"""Users, legal entities, departments, cost centres, role grants."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from srm.core import clock, fields
from srm.core.actor import Actor
from srm.core.names import Named
from srm.core.search import Searchable, SearchMixin
from srm.people.roles import ROLES
from srm.people.sharing import ShareRule


class PeopleQuerySet(SearchMixin, models.QuerySet):
    """Master data of the firm: every member of staff may know of it, suppliers read none of it."""

    def visible_to(self, actor: Actor) -> PeopleQuerySet:
        """All rows for the firm's own people and programs."""
        return self if actor.kind in {"staff", "service", "system"} else self.none()


class LegalEntity(Named, Searchable):
    """The firm that buys: owner of number series, budgets, contracts and exports."""

    public_id = fields.public_id()
    code = models.CharField(_("Code"), max_length=10, unique=True)
    tax_id = models.CharField(_("Tax number"), max_length=20, blank=True)
    country = models.CharField(_("Country"), max_length=2, default="BG")
    currency = fields.currency(_("Base currency"), default="EUR")
    number_prefix = models.CharField(_("Prefix of document numbers"), max_length=6, blank=True)
    address = models.TextField(_("Address"), blank=True)
    share_rule = models.CharField(
        _("Deliveries that are too small are shared"), max_length=10, choices=ShareRule, default=ShareRule.NEED_BY,
        db_default=ShareRule.NEED_BY,
    )  # fmt: skip
    buyer = models.ForeignKey(
        "srm.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Responsible buyer"),
        help_text=_("Buys what no category and no department has a buyer for."),
    )  # fmt: skip
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name_en", "name_ru", "name_bg", "tax_id")
    objects = PeopleQuerySet.as_manager()

    class Meta:
        verbose_name = _("Legal entity")
        verbose_name_plural = _("Legal entities")
        ordering = ["code"]


class Department(Named, Searchable):
    """A node of the firm's tree; `path` lists the codes from the root, so a subtree is one prefix."""

    public_id = fields.public_id()
    code = models.CharField(_("Code"), max_length=20, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Belongs to")
    )
    path = models.CharField(max_length=250, unique=True, editable=False)
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("Legal entity"))
    head = models.ForeignKey(
        "srm.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Head")
    )
    place = models.ForeignKey(
        "srm.Place", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Usual delivery place")
    )
    buyer = models.ForeignKey(
        "srm.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Responsible buyer"),
        help_text=_("Buys what the departments from here down need and no category has a buyer for."),
    )  # fmt: skip
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name_en", "name_ru", "name_bg")
    objects = PeopleQuerySet.as_manager()

    class Meta:
        verbose_name = _("Department")
        verbose_name_plural = _("Departments")
        ordering = ["path"]

    def path_below(self, parent: Department | None) -> str:
        """The path this department has under `parent`."""
        return f"{parent.path if parent else '/'}{self.code}/"


class Place(Named, Searchable):
    """Where goods are delivered: a plant, a shop, a store room's gate."""

    public_id = fields.public_id()
    code = models.CharField(_("Code"), max_length=20, unique=True)
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("Legal entity"))
    country = models.CharField(_("Country"), max_length=2, blank=True)
    address = models.TextField(_("Address"), blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name_en", "name_ru", "name_bg", "address")
    objects = PeopleQuerySet.as_manager()

    class Meta:
        verbose_name = _("Delivery place")
        verbose_name_plural = _("Delivery places")
        ordering = ["code"]


class CostCenter(Named, Searchable):
    """Where spending is booked; its owner answers for the budget."""

    class BudgetPolicy(models.TextChoices):
        STOP = "stop", _("Stops")
        WARN = "warn", _("Warns")

    public_id = fields.public_id()
    code = models.CharField(_("Code"), max_length=20, unique=True)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="cost_centers", verbose_name=_("Department")
    )
    owner = models.ForeignKey(
        "srm.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Budget owner")
    )
    budget_policy = models.CharField(
        _("When a budget is used up or missing"), max_length=4, choices=BudgetPolicy, default=BudgetPolicy.WARN,
        help_text=_("Stops: nothing more can be approved or ordered. Warns: it can, and everybody concerned is told."),
    )  # fmt: skip
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name_en", "name_ru", "name_bg")
    objects = PeopleQuerySet.as_manager()

    class Meta:
        verbose_name = _("Cost centre")
        verbose_name_plural = _("Cost centres")
        ordering = ["code"]


class UserManager(BaseUserManager.from_queryset(PeopleQuerySet)):  # type: ignore[misc]
    """Accounts are found by e-mail, in any case of letters."""

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **values) -> User:
        """An account with `password`; without one nobody can log in to it."""
        user = self.model(email=self.normalize_email(email).lower(), **values)
        user.set_password(password) if password else user.set_unusable_password()
        user.refresh_search()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, Searchable):
    """An account. Staff, a supplier's people and machines are kinds that never mix."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("Staff")
        SUPPLIER = "supplier", _("Supplier")
        SERVICE = "service", _("Program")

    public_id = fields.public_id()
    email = models.EmailField(_("E-mail"), unique=True)
    name = models.CharField(pgettext_lazy("person", "Name"), max_length=150)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind, default=Kind.STAFF)
    person = models.CharField(
        _("Person"), max_length=22, blank=True, help_text=_("Accounts of one person carry the same mark.")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="users", verbose_name=_("Department")
    )
    language = models.CharField(
        _("Language"), max_length=2, default="en", choices=[("en", "English"), ("ru", "Русский"), ("bg", "Български")]
    )
    time_zone = models.CharField(_("Time zone"), max_length=50, default="Europe/Sofia")
    theme = models.CharField(max_length=5, default="auto")
    is_active = models.BooleanField(_("Active"), default=True)
    date_joined = models.DateTimeField(default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    search_fields = ("name", "email")
    objects = UserManager()

    class Meta:
        verbose_name = _("User")
        verbose_name_plural = _("Users")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_ci"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["staff", "supplier", "service"]), name="user_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def person_id(self) -> str:
        """The human behind the account: the shared mark, or the account itself."""
        return self.person or self.public_id

    @property
    def short_name(self) -> str:
        """First letter and last name, as lists show people."""
        first, _space, last = self.name.partition(" ")
        return f"{first[:1]}. {last}" if last else self.name


class UserRole(models.Model):
    """One role of one user."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(_("Role"), max_length=20, choices=[(name, label) for name, (label, _p) in ROLES.items()])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="user_role_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"
