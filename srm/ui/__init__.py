"""Declared pages. A room says what a page is about; the kit draws it, asks the right, and calls the service.

A page class names `model` and `permission` (its import fails without one; `public = True` opens it to all) and:

- ListPage: table, filterset, sorts (allow-list of orders, first is the default), create_label, empty, views, bulk_moves,
  sheet; `queryset()` narrows, `decorate(rows)` annotates the rows of the page alone, `above()` puts a template on top.
- DetailPage: facts, lines; `heading() eyebrow() quadrant() actions() warnings() steps()`, `fact_<name>()`. Tabs and cards
  come from `@panel(Model, title)`, moves and stepper from the flow, sentences of the history from the audit log.
- CreatePage, EditPage: form, lines (a LineFormSet), service. The service is called inside the unit of work as
  `service(actor=..., **values)` or `service(object, actor=..., version=..., **values)`; what it refuses lands on the
  field, the line, the top of the form, or, when somebody else saved meanwhile, beside that other version.
- ActionPage: form or a question, `act(form)`. Page: anything else, `context()`.

`routes(Page, ...)` makes the URL patterns; names are `<room>:<model>-<kind>` and `url_of(object, kind)` finds them.
`@menu(section, label)` puts a page on the menu, `@lookup(name, model=, permission=)` declares what a picker may offer.
`tables`, `filters`, `forms`, `charts` hold the declarations; `slots` is where upper kits plug in (`@provides(slot)`);
`keyset.paginate` cuts pages without OFFSET or COUNT.
"""
