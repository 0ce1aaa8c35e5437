"""The sentences our scripts say. {names} are filled in by the script."""

from django.utils.translation import gettext as _


def script_words() -> dict[str, str]:
    """Sentences by name, in the active language."""
    return {
        "undo": _("Undo"),
        "close": _("Close"),
        "menu": _("Menu"),
        "copied": _("Copied."),
        "taken": _("Their value is in the form now."),
        "offline": _("There is no connection. What you typed is kept; try again in a moment."),
        "broken": _("Something broke on our side. Please try again."),
        "refused": _("This was refused. Load the page again."),
        "ticked": _("{n} ticked"),
        "over": _("over"),
        "left_days": _("{days} d {hours} h {minutes} min"),
        "left_hours": _("{hours} h {minutes} min"),
        "pick": _("Type to search"),
        "nothing_found": _("Nothing found"),
        "searching": _("Searching"),
        "too_many_lines": _("At most {n} lines fit here."),
        "line_removed": _("Line removed."),
        "remove_line": _("Remove line {n}"),
        "clone_line": _("Copy line {n}"),
        "pasted": _("{n} rows pasted."),
        "pasted_unknown": _("{n} rows pasted, {unknown} not found. Pick those from the list."),
        "kept_at": _("Kept in this browser at {time}"),
        "not_kept": _("This browser keeps no drafts."),
        "restored": _("Restored what you typed ({time})."),
        "restored_newer": _("Somebody changed it since; saving will compare both."),
        "discard": _("Discard"),
        "see_table": _("The same figures stand in the table below."),
        "strategic": _("Strategic"),
        "leverage": _("Leverage"),
        "bottleneck": _("Bottleneck"),
        "noncritical": _("Non-critical"),
    }
