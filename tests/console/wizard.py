"""A driver of the wizards of keys over Django's test client: it fills the step it stands at, as a browser would."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from accounts.models import Principal
from tests.people import Person

STEPS = ("configure", "labels", "administrators", "users", "policy", "review")


class Wizard:
    """Stands at one step of one draft."""

    def __init__(self, client, address: str | None = None, region: str = "us-east-1") -> None:
        self.client = client
        self.last = client.get(address or f"/kms/keys/create?region={region}", follow=True)
        self._stand()

    def _stand(self) -> None:
        request = self.last.wsgi_request
        self.address = request.get_full_path()
        base, _slash, self.step = urlsplit(self.address).path.rpartition("/")
        if not base.endswith("/regenerate"):
            self.base = base

    @property
    def draft_id(self) -> str:
        return self.base.rpartition("/")[2]

    @property
    def form(self):
        return self.last.context["form"]

    @property
    def text(self) -> str:
        return self.last.content.decode()

    def address_of(self, step: str, **query: str) -> str:
        return f"{self.base}/{step}?{urlencode({'region': 'us-east-1', **query})}"

    def open(self, step: str, **query: str) -> "Wizard":
        self.last = self.client.get(self.address_of(step, **query), follow=True)
        self._stand()
        return self

    def reload(self) -> "Wizard":
        self.last = self.client.get(self.address, follow=True)
        self._stand()
        return self

    def press(self, button: dict, **fields) -> "Wizard":
        """Press a button; fields that are not given are posted as the page shows them."""
        self.last = self.client.post(self.address, {**self.shown_fields(), **_plain(fields), **button}, follow=True)
        self._stand()
        return self

    def next(self, **fields) -> "Wizard":
        return self.press({"go": "next"}, **fields)

    def previous(self, **fields) -> "Wizard":
        return self.press({"go": "previous"}, **fields)

    def finish(self):
        return self.press({"go": "next"}).last

    def shown_fields(self) -> dict:
        """Return what a browser would post of the page as it is."""
        context = self.last.context
        if not context or "form" not in context or "step" not in context:
            return {}
        fields = {name: values for name, values in context["form"].values.items() if name != "document"}
        if hasattr(context["form"], "options_for"):
            fields["options_for"] = context["form"].options_for
        if "people" in context:
            people = context["people"]
            fields["shown"] = [row.unique_id for row in people.rows]
            fields["chosen"] = [row.unique_id for row in people.rows if row.unique_id in people.chosen]
            fields |= {"filter": people.state.text, "at_filter": people.state.text}
            fields |= {"at_sort": people.state.sort, "at_page": str(people.state.page)}
        if context.get("editor"):
            fields["document"] = context["editor"].text
        return fields

    def to(self, step: str, **fields) -> "Wizard":
        """Press Next until the wizard stands at a step; an alias is given, other fields by their step's name."""
        while self.step != step:
            before = self.step
            self.next(**{**({"alias": "orders"} if before == "labels" else {}), **fields.get(before, {})})
            assert self.step != before, self.form.errors
        return self

    @property
    def query(self) -> dict:
        return dict(parse_qsl(urlsplit(self.address).query))


def _plain(fields: dict) -> dict:
    """Return fields as posted: people by their unique ids."""
    return {
        name: [_text(each) for each in value] if isinstance(value, list) else _text(value)
        for name, value in fields.items()
    }


def _text(value) -> str:
    if isinstance(value, Person):
        return value.principal.unique_id
    return value.unique_id if isinstance(value, Principal) else value
