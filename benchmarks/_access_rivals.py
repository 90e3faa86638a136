"""
The libraries that `benchmarks/access.py` compares with. One that is not installed is named and left out.

They know less than a kit: guardian has no containers, so that whoever sees a project has a row for
each of its documents; casbin and cedarpy make no lists; and cedarpy is handed what it has to know.
"""
# ruff: noqa: ANN401  # libraries that may be missing where types are checked are untyped

import importlib
import importlib.util
import itertools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from _access_world import Grant, World

__all__ = ["Casbin", "Cedar", "Guardian", "missing"]

_NEEDED: Final = {"casbin": "casbin", "cedarpy": "cedarpy", "django-guardian": "guardian"}


def missing() -> list[str]:
    """Return which of the libraries are not installed."""
    return [name for name, module in _NEEDED.items() if importlib.util.find_spec(module) is None]


class Guardian:
    """django-guardian on SQLite, with its generic tables or with tables of the model's own."""

    _is_set_up = False

    def __init__(self, world: World, size: int, folder: Path) -> None:
        self._world = world
        path = folder / "guardian.sqlite3"
        is_new = not path.exists()
        self._set_up(path)
        self._models: Any = importlib.import_module("_access_guardian.models")
        self._auth: Any = importlib.import_module("django.contrib.auth.models")
        self._types: Any = importlib.import_module("django.contrib.contenttypes.models")
        self._shortcuts: Any = importlib.import_module("guardian.shortcuts")
        self._backend: Any = importlib.import_module("guardian.backends").ObjectPermissionBackend()
        if is_new:
            self._fill(size)

    def decide(self, contact: int, thing: int, *, direct: bool) -> bool:
        """Ask `has_perm` of a user and a paper that are at hand."""
        name = "directpaper" if direct else "genericpaper"
        paper = self._model(direct=direct)(pk=thing, shown=True)
        return bool(self._backend.has_perm(self._user(contact), f"_access_guardian.view_{name}", paper))

    def page(self, contact: int, search: str | None, after: object, *, direct: bool) -> list[Any]:
        """Return a page of `get_objects_for_user` by name."""
        q: Any = importlib.import_module("django.db.models").Q
        model = self._model(direct=direct)
        name = f"_access_guardian.view_{model.__name__.lower()}"
        found = self._shortcuts.get_objects_for_user(self._user(contact), name, model, accept_global_perms=False)
        found = found.filter(shown=True)
        if search is not None:
            found = found.filter(folded__contains=search)
        if isinstance(after, tuple):
            found = found.filter(folded__gte=after[0]).filter(q(folded__gt=after[0]) | q(pk__gt=after[1]))
        return list(found.order_by("folded", "pk")[:50])

    def _model(self, *, direct: bool) -> Any:  # a class of Django's
        return self._models.DirectPaper if direct else self._models.GenericPaper

    def _user(self, contact: int) -> Any:  # anew each time: it remembers what it may
        return self._auth.User(pk=contact + 1, username=str(contact), is_active=True)

    def _set_up(self, path: Path) -> None:
        conf: Any = importlib.import_module("django.conf")
        db: Any = importlib.import_module("django.db")
        if not Guardian._is_set_up:
            apps = ["django.contrib.auth", "django.contrib.contenttypes", "guardian", "_access_guardian"]
            engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
            conf.settings.configure(
                INSTALLED_APPS=apps,
                DATABASES={"default": engine},
                ANONYMOUS_USER_NAME=None,
                DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
                AUTHENTICATION_BACKENDS=["guardian.backends.ObjectPermissionBackend"],
            )
            importlib.import_module("django").setup()
            Guardian._is_set_up = True
        db.connection.close()
        db.connection.settings_dict["NAME"] = str(path)

    def _fill(self, size: int) -> None:
        db: Any = importlib.import_module("django.db")
        management: Any = importlib.import_module("django.core.management")
        management.call_command("migrate", run_syncdb=True, verbosity=0)
        with db.transaction.atomic(), db.connection.cursor() as cursor:
            self._fill_people(cursor)
            for direct in (True, False):
                model = self._model(direct=direct)
                papers = (
                    (thing.number, thing.title, thing.title, thing.shown)
                    for thing in self._world.things()
                    if thing.kind == "document"
                )
                sql = f"INSERT INTO {model._meta.db_table} (id, title, folded, shown) VALUES (%s, %s, %s, %s)"  # noqa: S608  # Django's own name of the table
                cursor.executemany(sql, papers)
                self._fill_permissions(cursor, size, model, direct=direct)
        with db.connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _fill_people(self, cursor: Any) -> None:  # of Django
        users = ((n + 1, str(n)) for n in range(self._world.contacts))
        cursor.executemany(
            "INSERT INTO auth_user (id, username, password, is_superuser, first_name, last_name, email, is_staff,"
            " is_active, date_joined) VALUES (%s, %s, '', 0, '', '', '', 0, 1, '2026-03-02')",
            users,
        )
        groups = ((n + 1, str(n)) for n in range(self._world.organizations))
        cursor.executemany("INSERT INTO auth_group (id, name) VALUES (%s, %s)", groups)
        members = ((contact + 1, group + 1) for contact, group in self._world.memberships())
        cursor.executemany("INSERT INTO auth_user_groups (user_id, group_id) VALUES (%s, %s)", members)

    def _fill_permissions(self, cursor: Any, size: int, model: Any, *, direct: bool) -> None:
        type_ = self._types.ContentType.objects.get_for_model(model)
        permission = self._auth.Permission.objects.get(content_type=type_, codename=f"view_{model.__name__.lower()}")
        for of, groups in (("user", False), ("group", True)):
            rows = sorted({(g.party + 1, g.thing) for g in self._rows(size) if g.organization is groups})
            if direct:
                table = getattr(self._models, f"DirectPaper{of.title()}Permission")._meta.db_table  # as above
                sql = f"INSERT INTO {table} ({of}_id, content_object_id, permission_id) VALUES (%s, %s, %s)"  # noqa: S608  # as above
                cursor.executemany(sql, ((party, thing, permission.pk) for party, thing in rows))
            else:
                sql = (
                    f"INSERT INTO guardian_{of}objectpermission ({of}_id, object_pk, content_type_id, permission_id)"  # noqa: S608  # as above
                    " VALUES (%s, %s, %s, %s)"
                )
                cursor.executemany(sql, ((party, str(thing), type_.pk, permission.pk) for party, thing in rows))

    def _rows(self, size: int) -> Iterator[Grant]:
        world = self._world
        inside: dict[int, list[int]] = defaultdict(list)
        for thing in world.things():
            if thing.kind == "document":
                inside[thing.above[-1]].append(thing.number)
        looked_at = {*world.typical, world.large_by_projects}
        for grant in world.grants(size):
            if grant.thing >= world.first_document:
                yield grant
            elif grant.party in looked_at:
                for document in inside[grant.thing]:
                    yield Grant(grant.party, document, organization=grant.organization)
            else:
                yield Grant(grant.party, inside[grant.thing][0], organization=grant.organization)


_CASBIN_MODEL: Final = """
[request_definition]
r = sub, obj
[policy_definition]
p = sub, obj
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && g2(r.obj, p.obj)
"""


class Casbin:
    """casbin with everything in memory; it looks at every grant in turn."""

    def __init__(self, world: World, size: int) -> None:
        casbin: Any = importlib.import_module("casbin")
        self._enforcer: Any = casbin.Enforcer(casbin.Enforcer.new_model(text=_CASBIN_MODEL))
        parties = [[_party(g.party, organization=g.organization), str(g.thing)] for g in world.grants(size)]
        self._enforcer.add_policies(parties)
        self._enforcer.add_grouping_policies(
            [[_party(c, organization=False), _party(o, organization=True)] for c, o in world.memberships()]
        )
        above = itertools.chain.from_iterable(([str(t.number), str(a)] for a in t.above) for t in world.things())
        self._enforcer.add_named_grouping_policies("g2", [*above])

    def decide(self, contact: int, thing: int) -> bool:
        """Ask the enforcer."""
        return bool(self._enforcer.enforce(_party(contact, organization=False), str(thing)))


def _party(number: int, *, organization: bool) -> str:
    return f"{'organization' if organization else 'contact'}:{number}"


_CEDAR_POLICY: Final = (
    'permit (principal, action == Action::"view", resource) when { resource.shown && ('
    "principal in resource.viewers || principal in resource.viewersAbove) };"
)


class Cedar:
    """cedarpy, which is handed the thing with its grants, and the contact with their organisations."""

    def __init__(self, world: World, size: int) -> None:
        self._cedarpy: Any = importlib.import_module("cedarpy")
        self._policies: Any = self._cedarpy.PolicySet.from_str(_CEDAR_POLICY)
        self._things = {thing.number: thing for thing in world.things()}
        self._viewers: dict[int, list[dict[str, dict[str, str]]]] = defaultdict(list)
        for grant in world.grants(size):
            self._viewers[grant.thing].append({"__entity": _uid(grant.party, organization=grant.organization)})
        self._members: dict[int, list[dict[str, str]]] = defaultdict(list)
        for contact, organization in world.memberships():
            self._members[contact].append(_uid(organization, organization=True))

    def prepared(self, contact: int, thing: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the request and what has to be known for it."""
        above = [viewer for each in self._things[thing].above for viewer in self._viewers[each]]
        attrs = {"shown": self._things[thing].shown, "viewers": self._viewers[thing], "viewersAbove": above}
        uid = {"type": "Document", "id": str(thing)}
        me = _uid(contact, organization=False)
        entities: list[dict[str, Any]] = [
            {"uid": me, "attrs": {}, "parents": self._members[contact]},
            {"uid": uid, "attrs": attrs, "parents": []},
        ]
        request: dict[str, Any] = {
            "principal": f'Contact::"{contact}"',
            "action": 'Action::"view"',
            "resource": f'Document::"{thing}"',
            "context": {},
        }
        return request, entities

    def decide(self, request: dict[str, Any], entities: list[dict[str, Any]]) -> bool:
        """Ask cedarpy."""
        return bool(self._cedarpy.is_authorized(request, self._policies, entities).allowed)


def _uid(number: int, *, organization: bool) -> dict[str, str]:
    return {"type": "Organization" if organization else "Contact", "id": str(number)}
