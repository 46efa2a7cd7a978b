"""What elders say they need: heard in a sentence or passed on by somebody, noted at once, listed for who answers."""

from handlers.lunch.bookings import known
from handlers.members import consents as consent_cards
from handlers.turn import Turn
from models.elders.needs import Need, NeedCategory, NeedState
from models.elders.requests import Urgency
from models.members.people import Member, Role
from models.members.vault import unsealed
from nlu.needs import category_of, presses, wished, wished_for
from rules.elders import need_lists, need_notices, needs
from rules.elders.need_lists import Listed
from rules.elders.needs import Said
from rules.members.people import check_may_act, resolve
from rules.values import Answer, Button, Message, Refused, Text, Toast, lines

PAGE = 6
MOST_NAMED = 3
SCOPES = ("mine", "all")


def sorted_out(words: str, visit_id: int | None = None) -> Said:
    """What was said, with what it is roughly about."""
    urgency = Urgency.URGENT if presses(words) else Urgency.NORMAL
    return Said(words, NeedCategory(category_of(words)), urgency, visit_id)


def overheard(turn: Turn) -> bool:
    """Whether a sentence nobody else understood says what somebody would like."""
    if not turn.private or turn.canteen is None:
        return False
    return wished(turn.heard.text) or _passed_on(turn) is not None


def _passed_on(turn: Turn) -> tuple[str, str] | None:
    """What somebody of the staff says an elder would like: 李奶奶说想要个收音机."""
    said = wished_for(turn.heard.text) if turn.may(Role.SOCIAL_WORKER) else None
    return said if said is not None and wished(said[1]) else None


def heard(turn: Turn) -> Message:
    """Somebody says what they or an elder would like: kept at once, with a way back."""
    known(turn)
    name, words = _passed_on(turn) or ("", turn.heard.text)
    return _for(turn, name, words)


def by_command(turn: Turn, argument: str) -> Answer:
    """`/need`: for oneself; `/need 李奶奶 想要个收音机` or `李奶奶说想要…` for somebody one may speak for."""
    known(turn)
    if not turn.private:
        return Text("needs.say_in_private")
    if not argument:
        turn.ask("needs.words", awaits_text=True)
        return Text("needs.what_do_you_need")
    name, words = wished_for(argument) or _named(turn, argument)
    return _for(turn, name, words)


def _named(turn: Turn, argument: str) -> tuple[str, str]:
    name, _, words = argument.partition(" ")
    if words.strip() and resolve(turn.session, turn.asker, name):
        return name, words.strip()
    return "", argument


def written(turn: Turn, card: object, words: str) -> Answer:
    """What was asked for by the command was written."""
    return by_command(turn, words)


def _for(turn: Turn, name: str, words: str) -> Message:
    found = resolve(turn.session, turn.asker, name) if name else [turn.asker]
    if not found:
        raise Refused("requests.who_is_that", name=name[:20])
    if len(found) == 1:
        return _noted(turn, found[0], words)
    card = turn.ask("needs.which", members=[one.id for one in found[:MOST_NAMED]], words=words)
    rows = [
        (Button(Text("needs.button_who", name=one.name, hamlet=one.hamlet or Text("needs.no_hamlet")), f"needwho:{card.id}:{n}"),)
        for n, one in enumerate(found[:MOST_NAMED])
    ]  # fmt: skip
    rows.append((Button(Text("common.none_of_these"), f"needwho:{card.id}:none"),))
    return Message(Text("requests.which"), tuple(rows))


def chosen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name was meant."""
    known(turn)
    card = turn.opened(arguments[0], "needs.which")
    members = card.facts["members"]
    if not arguments[1].isdecimal() or int(arguments[1]) >= len(members):
        return becomes(Text("common.said_again"))
    elder = turn.session.get_one(Member, members[int(arguments[1])])
    return becomes(_noted(turn, elder, card.facts["words"]))


def _noted(turn: Turn, elder: Member, words: str) -> Message:
    check_may_act(turn.session, turn.asker, elder, "requests", turn.today)
    need = needs.note(turn.session, elder, sorted_out(words), turn.act)
    asked = consent_cards.about_health(turn, elder) if need.category == NeedCategory.HEALTH else None
    owner = turn.session.get(Member, need.owner_id) if need.owner_id else None
    back = turn.ask("needs.undo", lasts=needs.UNDO, need=need.id, what="note")
    undo = (Button(Text("common.undo"), f"needundo:{back.id}"),)
    facts = {"words": unsealed(need, "words"), "due_on": need.due_on}
    if owner is not None and owner.id == turn.asker.id:
        yours = lines(Text("needs.noted_yours", name=elder.name, **facts), asked)
        return Message(yours, (*need_notices.choices(need)[:2], undo))
    said = Text("needs.noted", **facts, owner=owner.name) if owner else Text("needs.noted_nobody", **facts)
    return Message(lines(said, asked), (undo,))


def listed(turn: Turn, argument: str) -> Answer:
    """`/needs`: what one has to answer; for who answers nothing, what one has said and what became of it."""
    known(turn)
    if not turn.private:
        return Text("needs.say_in_private")
    return page(turn, 0, "mine")


def page(turn: Turn, first: int, scope: str) -> Message:
    """Six needs, those that are nearest first."""
    if not turn.may(*needs.OWNERS):
        return _own(turn, first)
    if scope == "all" and not turn.may(Role.SOCIAL_WORKER):
        raise Refused("needs.not_yours")
    every = scope == "all"
    if every:
        found, count = need_lists.of_village(turn.session, turn.village.id, first, PAGE)
    else:
        found, count = need_lists.of_owner(turn.session, turn.asker, first, PAGE)
    head = Text("needs.open_ones" if every else "needs.your_ones", count=count)
    said = lines(head, *(need_lists.line(one, turn.today, owner=every) for one in found))
    rows = [
        (
            Button(
                Text("needs.button_see", name=one.elder, category=one.need.category), f"needsee:{one.need.id}"
            ),
        )
        for one in found
    ]
    if count > PAGE:
        rows.append((_more(first, count, scope),))
    if turn.may(Role.SOCIAL_WORKER):
        other = "mine" if every else "all"
        rows.append((Button(Text(f"needs.button_{other}"), f"needpage:0:{other}"),))
    return Message(said if found else Text("needs.none_open"), tuple(rows))


def _more(first: int, count: int, scope: str) -> Button:
    following = first + PAGE if first + PAGE < count else 0
    return Button(Text("common.more"), f"needpage:{following}:{scope}")


def _own(turn: Turn, first: int) -> Message:
    found, count = need_lists.of_elder(turn.session, turn.asker, first, PAGE)
    if not found:
        return Message(Text("needs.none_said"))
    said = lines(Text("needs.own_ones"), *(need_lists.own_line(one.need) for one in found))
    return Message(said, ((_more(first, count, "mine"),),) if count > PAGE else ())


def turn_page(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Further needs, or those of the whole village."""
    known(turn)
    if not turn.private or not arguments[0].isdecimal() or arguments[1] not in SCOPES:
        raise Refused("common.old_button")
    return becomes(page(turn, int(arguments[0]), arguments[1]))


def find(turn: Turn, word: str) -> Need:
    """The need behind a button, for who may answer it, in private."""
    known(turn)
    if not turn.private or not (word.isascii() and word.isdecimal() and len(word) < 19):
        raise Refused("common.old_button")
    return needs.held(turn.session, int(word), turn.act)


def see(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One need: the words, by when, and what can be done."""
    need = find(turn, arguments[0])
    needs.look(turn.session, need, turn.asker.id, turn.act)
    [one] = need_lists.named(turn.session, [need])
    return becomes(shown(turn, one))


def shown(turn: Turn, one: Listed) -> Message:
    """A need in full, for who may answer it."""
    need = one.need
    if need.state == NeedState.ANSWERED:
        told = Button(Text("needs.button_told"), f"needtold:{need.id}")
        return Message(
            Text("needs.told_say_it", name=one.elder, answer=need_notices.answer_sent(turn.session, need)),
            ((told,),),
        )
    words = need_notices.words_said(turn.session, need)
    facts = {"name": one.elder, "words": words, "due_on": need.due_on}
    key = f"needs.card_{need.becomes}" if need.becomes else "needs.card"
    return Message(Text(key, **facts, category=need.category), need_notices.choices(need))


def becomes(answer: Message | Text) -> Toast:
    """The message becomes its answer."""
    return Toast(Text("common.done"), edit=answer if isinstance(answer, Message) else Message(answer))


COMMANDS = {"need": by_command, "needs": listed}
CARDS = {"needs.words": written}
BUTTONS = {"needwho": chosen, "needpage": turn_page, "needsee": see}
