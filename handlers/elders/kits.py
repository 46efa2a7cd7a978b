"""Card, cash and box: ticked off when they are handed over, counted by both sides, both ways; and how long it lasts."""

import re

from handlers.elders.request_forms import becomes
from handlers.elders.request_taps import accepted, find, number
from handlers.turn import Turn
from models.cards import Card
from models.elders import handovers
from models.elders.requests import Handover, Request, RequestState, Supply, Way
from models.members.people import Member, Role
from models.members.vault import unsealed
from rules.elders import errands, holding, kits, notices, supplies
from rules.members.people import carers_of, resolve
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast

DIGITS = re.compile(r"\d{1,5}(?:\.\d{1,2})?")


def checklist(turn: Turn, request: Request) -> Message:
    """What were you given?"""
    card = turn.ask("requests.kit", request=request.id, things=[], private=request.elder_id)
    return _shown(card)


def _shown(card: Card) -> Message:
    rows = [
        (
            Button(
                Text(f"requests.{'has' if thing in card.facts['things'] else 'no'}_{thing}"),
                f"kit:{card.id}:{thing}",
            ),
        )
        for thing in kits.THINGS
    ]
    done = Button(Text("requests.button_counted"), f"kit:{card.id}:done", Style.SUCCESS)
    nothing = Button(Text("requests.button_nothing"), f"kit:{card.id}:none")
    return Message(Text("requests.checklist"), (*rows, (done,), (nothing,)))


def ticked(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A thing is there or not; or all are ticked off."""
    card = _open(turn, arguments[0])
    request = find(turn, str(card.facts["request"]))
    errands.check_in_hand(request, turn.act)
    word, things = arguments[1], list(card.facts["things"])
    if word in kits.THINGS:
        things = [one for one in things if one != word] if word in things else [*things, word]
        card.facts = {**card.facts, "things": things}
        turn.session.add(card)
        return Toast(Text("common.done"), edit=_shown(card))
    if word not in ("done", "none"):
        raise Refused("common.old_button")
    card.answered_at = turn.now
    turn.session.add(card)
    if word == "done" and "cash" in things:
        whose = request.elder_id
        turn.ask("requests.cash", awaits_text=True, request=request.id, things=things, private=whose)
        return becomes(Text("requests.how_much_cash_is_it"))
    return becomes(_handed_out(turn, request, things if word == "done" else [], 0))


def _open(turn: Turn, word: str) -> Card:
    card = turn.opened(word, "requests.kit")
    card.answered_at = None
    return card


def _handed_out(turn: Turn, request: Request, things: list[str], cash: int) -> Message:
    kits.hand_out(turn.session, request.id, things, cash, turn.act)
    said = Text("requests.kit_noted" if things else "requests.under_way")
    return Message(said, errands.on_duty(request))


def cash_written(turn: Turn, card: Card, words: str) -> Answer:
    """How much cash was given."""
    request = find(turn, str(card.facts["request"]))
    return _handed_out(turn, request, list(card.facts["things"]), _fen(words))


def _fen(words: str) -> int:
    """A sum of money as it is written."""
    found = DIGITS.search(words.replace(",", "").replace("，", ""))
    if found is None:
        raise Refused("requests.how_much_in_digits")
    return round(float(found[0]) * 100)


def spent_written(turn: Turn, card: Card, words: str) -> Answer:
    """How much was spent: everything goes back, with the change worked out."""
    request = find(turn, str(card.facts["request"]))
    kits.hand_back(turn.session, request.id, _fen(words), turn.act)
    stated = handovers.kit_out(turn.session, request)
    things = holding.things_said(stated) if stated else []
    return Text("requests.give_back", things=things)


def counted(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The elder's side has counted."""
    handover = turn.session.get(Handover, number(arguments[0]))
    request = find(turn, str(handover.request_id) if handover else "")
    handover_id = number(arguments[0])
    if arguments[1] == "yes":
        row, request = kits.agree(turn.session, handover_id, turn.act)
        if request.state == RequestState.ACCEPTED:
            return becomes(accepted(turn, request))
        searching = row.way == Way.TO_ELDER and request.state in notices.FREE
        return becomes(Text("requests.all_back" if searching else "requests.counted"))
    if arguments[1] != "no":
        raise Refused("common.old_button")
    row, _ = kits.dispute(turn.session, handover_id, turn.act)
    return becomes(Text("requests.disputed", name=holding.name_of(turn.session, row.stated_by_id)))


def lasts(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """How many days the medicine lasts."""
    request = find(turn, arguments[0])
    row = supplies.refill(turn.session, request, number(arguments[1]), turn.act)
    return becomes(Text("requests.will_ask_again", day=row.runs_out_on - supplies.AHEAD))


def medicines(turn: Turn, argument: str) -> Answer:
    """`/medicine`: what is counted for oneself; `/medicine 降压药 30` counts it."""
    if turn.member is None or not turn.private:
        return Text("requests.say_in_private")
    found = re.match(r"(?:(?P<who>\S+)\s+)?(?P<item>\S.*?)\s+(?P<days>\d{1,3})\s*\D?$", argument)
    if argument and found is None:
        raise Refused("requests.how_many_days", most=supplies.MOST_DAYS)
    if found is not None:
        elder = _elder(turn, found["who"])
        supplies.count(turn.session, elder, found["item"], int(found["days"]), turn.act)
        return _counted(turn, elder)
    return _counted(turn, turn.asker)


def _elder(turn: Turn, words: str | None) -> Member:
    found = resolve(turn.session, turn.asker, words) if words else [turn.asker]
    if len(found) != 1:
        raise Refused("requests.who_is_that", name=(words or "")[:20])
    return found[0]


def _counted(turn: Turn, elder: Member) -> Message:
    rows = supplies.of_elder(turn.session, elder.id)
    if not rows:
        return Message(Text("requests.no_supplies", name=elder.name))
    said = [Text("requests.supply", item=_item(turn, row), day=row.runs_out_on) for row in rows[:10]]
    buttons = tuple(
        (Button(Text("requests.button_supply_end", item=_item(turn, row)), f"supply:{row.id}"),)
        for row in rows[:10]
    )
    return Message(Text("requests.supplies", name=elder.name, supplies=said), buttons)


def _item(turn: Turn, row: Supply) -> str | Text:
    """What the medicine is called: for the elder, family, social workers and doctors; a manager need not know."""
    knows = turn.asker.id == row.elder_id or turn.roles & {Role.SOCIAL_WORKER, Role.DOCTOR}
    family = knows or any(
        one.id == turn.asker.id for one in carers_of(turn.session, row.elder_id, turn.today, "requests")
    )
    return unsealed(row, "item") if family else Text("RequestKind.medicine")


def no_more(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A medicine is not taken any more."""
    if turn.member is None or not turn.private:
        raise Refused("requests.say_in_private")
    row = turn.session.get(Supply, number(arguments[0]))
    item = _item(turn, row) if row else ""
    supplies.end(turn.session, number(arguments[0]), turn.act)
    return becomes(Text("requests.supply_ended", item=item))


COMMANDS = {"medicine": medicines}
BUTTONS = {"kit": ticked, "reqkit": counted, "reqdays": lasts, "supply": no_more}
CARDS = {"requests.cash": cash_written, "requests.spent": spent_written}
